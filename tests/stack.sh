#!/usr/bin/env bash
# The template deployed with `sam deploy` to an emulator of AWS, with the release functions, and driven from a browser: tests/stack/main.py.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
cd "$root"
# Nothing of the user's own AWS: a profile that does not exist here would stop the clients.
unset "${!AWS_@}"
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

tools/setup.sh build "$(architecture)"
make --no-print-directory build ARCH="$(architecture)"
cargo build --quiet --locked --package testgram-tg
# What the template is asked by both suites is asked in one place, and so is for a port.
export PYTHONPATH=$PWD/tests/template:$PWD/tests PYTHONDONTWRITEBYTECODE=1
exec python3 tests/stack/main.py "$(architecture)"
