#!/usr/bin/env bash
# Known vulnerabilities in what the project uses: RustSec for Cargo.lock, npm's advisories for each package-lock.json, PyPI's for
# tools/requirements.txt. Not part of the gate, whose tests use no network, and whose result must not change by itself.
# All three are asked, whatever the first says. Exit 1 if one knows of something, or could not be asked.
set -uo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit

readonly pip_audit=2.10.1
failed=()

# ask <name> <command…>
ask() {
  local name=$1
  shift
  say "$name"
  "$@" || failed+=("$name")
}

crates() { tools/setup.sh deny && cargo deny --locked check advisories; }

npm_packages() { (cd "$1" && npm audit --package-lock-only --ignore-scripts); }

python_packages() {
  "$tools/venv/bin/pip" install --quiet --no-input --disable-pip-version-check --only-binary :all: "pip-audit==$pip_audit" &&
    "$tools/venv/bin/pip-audit" --requirement tools/requirements.txt --require-hashes --disable-pip
}

ask "crates (RustSec)" crates
while read -r lock; do
  ask "npm packages of ${lock%/package-lock.json}" npm_packages "${lock%/package-lock.json}"
done < <(git ls-files '*package-lock.json')
ask "Python packages" python_packages

[[ ${#failed[@]} -eq 0 ]] || die "advisories, or no answer: ${failed[*]}" "see the messages above"
say "no known vulnerability"
