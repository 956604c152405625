#!/usr/bin/env bash
# DuckDB reads the archive's files with no code of ours, and finds in them what the traffic holds; the queries of docs/archive.md run.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/venv/bin:$PATH"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cargo xtask fixture archive "$scratch" >"$scratch/expected.json"
python3 tests/archive_duckdb.py "$scratch" docs/archive.md
