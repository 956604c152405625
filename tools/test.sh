#!/usr/bin/env bash
# The gate: every stage in order, stopping at the first that fails. Each says what it does and how long it took.
#
# usage: tools/test.sh [stage…]      (all stages without one; they are the functions named stage_* below)
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"

# The tests talk to loopback only.
export NO_PROXY=${NO_PROXY:+$NO_PROXY,}127.0.0.1,localhost no_proxy=${no_proxy:+$no_proxy,}127.0.0.1,localhost

stages=(format shell clippy deny snippet tests doctests browser scripts)
log=$(mktemp)
scripts_passed=0
scripts_failed=0

stage_format() { cargo fmt --all --check; }

stage_shell() {
  local files=(.ci/run tools/*.sh)
  shopt -s nullglob
  files+=(tests/*.sh)
  shopt -u nullglob
  shellcheck --external-sources "${files[@]}"
}

stage_clippy() { cargo clippy --workspace --all-targets --locked --quiet -- -D warnings; }

# deny.toml has the rules. Offline: what is checked is the lock file and the sources cargo has fetched already.
stage_deny() { cargo deny --offline --locked --log-level warn check -D warnings licenses bans sources; }

# Format, lints and types; that the committed file is what the sources build; the rules, over the vectors.
stage_snippet() {
  (
    cd snippet
    npm run --silent check
    node build.mjs --check
    # The recorder runs for half an hour and seldom; that it would still run is checked here.
    cd ../demo/record
    ../../snippet/node_modules/.bin/biome check .
    ../../snippet/node_modules/.bin/tsc
    cd ../../tests/stack
    ../../snippet/node_modules/.bin/biome check --config-path=../../demo/record .
    ../../snippet/node_modules/.bin/tsc
  )
  counted in_folder snippet npx --no-install playwright test --project=pure
}

# The snippet in Chromium against tg.
stage_browser() {
  cargo build --locked --quiet --package testgram-tg
  counted in_folder snippet npx --no-install playwright test --project=browser
}

in_folder() {
  local folder=$1
  shift
  (cd "$folder" && "$@")
}

# cargo-nextest ends a hanging test and names slow ones (.config/nextest.toml). No registry has it as a binary and
# compiling it takes minutes, so a machine without it runs the same tests with plain cargo: tests hold under both, that
# is, they share neither process-wide state nor ports.
stage_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    counted cargo nextest run --workspace --locked --no-tests=pass
  else
    counted cargo test --workspace --all-targets --locked --no-fail-fast
  fi
}

# Neither cargo-nextest nor --all-targets runs them.
stage_doctests() { counted cargo test --workspace --doc --locked --no-fail-fast; }

# tests/*.sh: what needs more than one process or tool. One test each.
stage_scripts() {
  local script
  shopt -s nullglob
  for script in tests/*.sh; do
    if timed "$script" bash "$script"; then
      scripts_passed=$((scripts_passed + 1))
    else
      scripts_failed=$((scripts_failed + 1))
      return 1
    fi
  done
}

# counted <command…>: runs it and keeps a copy of what it printed, for the closing count.
counted() { "$@" 2>&1 | tee -a "$log"; }

# timed <name> <command…>
timed() {
  local name=$1 began=$SECONDS status=0
  shift
  say "$name"
  "$@" || status=$?
  if [[ $status -eq 0 ]]; then
    say "$name: passed in $((SECONDS - began)) s"
  else
    say "$name: FAILED after $((SECONDS - began)) s"
  fi
  return "$status"
}

# The sum of what the test programs themselves reported; nothing where none came to report.
count() {
  awk -v passed="$scripts_passed" -v failed="$scripts_failed" '
    /^ *Summary \[/ || /^test result: / {
      seen = 1
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) passed += $(i - 1)
        if ($i ~ /^(failed|timed)/) failed += ($(i - 1) == "exec" ? $(i - 2) : $(i - 1))
      }
    }
    # Playwright: "  12 passed (3.4s)", "  1 failed".
    /^ +[0-9]+ passed( \(.*\))?$/ { seen = 1; passed += $1 }
    /^ +[0-9]+ (failed|flaky|did not run|interrupted)$/ { seen = 1; failed += $1 }
    END { if (seen) printf "%d passed, %d failed\n", passed, failed }
  ' "$log"
  rm -f "$log"
}

main() {
  cd "$root"
  local stage
  trap count EXIT
  [[ $# -gt 0 ]] || set -- "${stages[@]}"
  for stage in "$@"; do
    declare -F "stage_$stage" >/dev/null || die "no such stage: $stage" "stages: ${stages[*]}"
    timed "$stage" "stage_$stage" || exit
  done
}

main "$@"
