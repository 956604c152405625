#!/usr/bin/env bash
# template.yaml without deploying it: two linters, a security scanner, and tests of what it grants and promises (tests/template). Needs the
# compiled functions, since what roles may do is compared with what these can call.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
cd "$root"
# Nothing of the user's own AWS: a profile that does not exist here would stop the clients.
unset "${!AWS_@}"
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

make --no-print-directory build ARCH="$(architecture)"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# SAM asks PyPI once a week for a newer version of itself; this is its memory of having asked.
printf '{"lastVersionCheck": %s.0}' "$(date +%s)" >"$scratch/metadata.json"
export SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=$scratch AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none \
  AWS_DEFAULT_REGION=us-east-1
# The same for the scanner, which would also keep its answer in a folder that stays.
export CKV_SKIP_PACKAGE_UPDATE_CHECK=true TMPDIR=$scratch PYTHONDONTWRITEBYTECODE=1

for region in us-east-1 us-east-2 us-west-1 us-west-2; do
  sam validate --lint --template template.yaml --region "$region" >/dev/null
  cfn-lint --regions "$region" --template template.yaml
done
echo "  sam validate --lint and cfn-lint pass, for each region"
python3 tests/template/main.py
