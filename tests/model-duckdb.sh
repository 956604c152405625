#!/usr/bin/env bash
# DuckDB counts from the archive's files what followed which action, in how many sessions: the model's order-1 contexts say the same,
# exactly at k = 1 and but for their noise at k = 5.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/venv/bin:$PATH"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for k in 1 5; do
  mkdir "$scratch/$k"
  cargo xtask fixture transitions "$scratch/$k" "$k" >/dev/null
  python3 tests/model_duckdb.py "$scratch/$k" "$k"
done
