"""Compares the transitions that DuckDB counts from the archive's files with the model's contexts of one action.

usage: model_duckdb.py FOLDER K    FOLDER holds *.parquet, symbols.csv and model.json
"""

import json
import pathlib
import sys

import duckdb

folder, k = pathlib.Path(sys.argv[1]), int(sys.argv[2])
db = duckdb.connect()

# A batch stands in several files, so that counting twice would show.
counted = db.execute(f"""
    WITH events AS (SELECT DISTINCT session, seq, fingerprint, index FROM read_parquet('{folder}/*.parquet')),
    sessions AS (SELECT DISTINCT session FROM events),
    actions AS (
        SELECT session, seq, fingerprint, index, symbol
        FROM events JOIN read_csv('{folder}/symbols.csv', header = true) USING (session, seq, fingerprint, index)
        UNION ALL SELECT session, -1, 0, 0, '<start>' FROM sessions
        UNION ALL SELECT session, 2147483647, 0, 0, '<end>' FROM sessions
    ),
    steps AS (
        SELECT session, symbol AS came, lead(symbol) OVER (PARTITION BY session ORDER BY seq, fingerprint, index) AS next FROM actions
    )
    SELECT came, next, count(DISTINCT session) AS support, count(*) AS count FROM steps WHERE next IS NOT NULL
    GROUP BY ALL HAVING support >= {k}
""").fetchall()
[(rows, distinct)] = db.execute(
    f"SELECT count(*), count(DISTINCT (session, seq, fingerprint, index)) FROM read_parquet('{folder}/*.parquet')"
).fetchall()
assert rows > distinct, "no batch is in two files"

behaviour = json.loads((folder / "model.json").read_text())["behaviour"]
names = {place + 1: row["name"] for place, row in enumerate(behaviour["symbols"])} | {0: "<end>", 65535: "<start>"}
published = {
    (names[context["key"][2]], names[symbol]): (support, count)
    for context in behaviour["contexts"]
    if context["key"][0] == 1
    for support, count, symbol, _ in context["next"]
}
wanted = {(came, next): (support, count) for came, next, support, count in counted}
missing, extra = wanted.keys() - published.keys(), published.keys() - wanted.keys()
# Noise: support by twice k/2 either way, counts by as much times a session's; nothing below k. None at k = 1.
reach = 2 * (k // 2)


def alike(wanted, published):
    (support, count), (published_support, published_count) = wanted, published
    often = -(-count // support)
    near = abs(published_support - support) <= reach and abs(published_count - count) <= reach * often
    return published_support >= k and (near or published_count == published_support)


common = wanted.keys() & published.keys()
differ = {pair for pair in common if not alike(wanted[pair], published[pair])}
same = sum(wanted[pair] == published[pair] for pair in common)
assert not (missing or extra or differ), f"{len(missing)} missing, {len(extra)} extra, {len(differ)} differ: {[*missing, *extra, *differ][:5]}"
assert len(published) > 20, f"only {len(published)} transitions"
assert same == len(published) if k == 1 else same < len(published) / 2, f"{same} of {len(published)} are exactly as counted"
print(f"  k = {k}: {len(published)} transitions, {same} with support and count exactly as DuckDB has them, the others but for noise")
