#!/usr/bin/env bash
# DuckDB reads the archive's files with no code of ours. It finds the traffic in them, runs the queries of docs/archive.md, and counts
# the transitions of the model: exactly at k = 1, within the noise at k = 5.
# Needs target/debug: `tools/gate.py duckdb` builds it.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mkdir "$scratch/archive"
target/debug/xtask fixture archive "$scratch/archive" >"$scratch/archive/expected.json"
python3 tests/archive_duckdb.py "$scratch/archive" docs/archive.md

for k in 1 5; do
  mkdir "$scratch/$k"
  target/debug/xtask fixture transitions "$scratch/$k" "$k" >/dev/null
  python3 tests/model_duckdb.py "$scratch/$k" "$k"
done
