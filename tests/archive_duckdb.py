"""Compares what DuckDB finds in the archive's files with what their writer says it wrote, and runs the documented queries.

usage: archive_duckdb.py FOLDER DOCUMENT    FOLDER holds tenant=…/… and expected.json
"""

import json
import pathlib
import re
import sys

import duckdb

folder, document = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
expected = json.loads((folder / "expected.json").read_text())
text = document.read_text()
db = duckdb.connect()
# Nothing is fetched: what a reader needs is in the file and in DuckDB itself.
db.execute("SET autoinstall_known_extensions = false")


def same(what, found, wanted):
    assert found == wanted, f"{what}: {found} instead of {wanted}"
    print(f"  {what}: as written")


def ask(query):
    return db.execute(query).fetchall()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def here(query):
    return query.replace("s3://<bucket>", str(folder)).replace("<t>", "demo").replace("<w>", "shop")


# The first one is the view on which the others stand.
view, *queries = blocks("sql")
db.execute(here(view))

read = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
[(rows, distinct)] = ask(f"SELECT count(*), count(DISTINCT (session, seq, fingerprint, index)) FROM {read}")
assert rows > distinct, "no batch is in two files: what is to be dropped is not there"
same("rows of the view", ask("SELECT count(*) FROM events"), [(distinct,)])

kinds = dict(ask("SELECT kind, count(*) FROM events GROUP BY kind"))
same("sessions with a meta row", kinds.pop("meta"), expected["meta"])
same("events by kind", kinds, expected["kinds"])
sessions = ask("SELECT session, count(*) FROM events WHERE index >= 0 GROUP BY session")
same("events by session", dict(sessions), expected["sessions"])

transitions = ask("""
    SELECT came, page, count(*) FROM (
        SELECT page, lag(page) OVER (PARTITION BY session ORDER BY seq, fingerprint, index) AS came FROM events WHERE kind = 'page'
    ) WHERE came IS NOT NULL GROUP BY ALL ORDER BY ALL
""")
same("page after page", [[[came, page], count] for came, page, count in transitions], sorted(expected["transitions"]))

# Each column's place, name, type and null rule are as documented.
table = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (never|yes)", text, re.MULTILINE)
columns = ask(f"DESCRIBE SELECT * FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = false)")
same("columns", [(name, kind) for name, kind, *_ in columns], [(name, kind) for name, kind, _ in table])
nulls = ask(f"SELECT name, repetition_type FROM parquet_schema('{folder}/**/*.parquet') WHERE type IS NOT NULL")
documented = {name: {"never": "REQUIRED", "yes": "OPTIONAL"}[null] for name, _, null in table}
same("null rules", dict(nulls), documented)

# What a column holds by kind is as documented: a cell names the kinds in which it may stand, others must have null there.
of_kinds = re.findall(r"^\| `(\w+)` \| `\w+` \| yes; in (.+?) \|", text, re.MULTILINE)
for name, cell in of_kinds:
    allowed = re.findall(r"`(\w+)`", cell)
    strangers = ask(f'SELECT DISTINCT kind FROM events WHERE "{name}" IS NOT NULL')
    assert {kind for (kind,) in strangers} <= set(allowed), f"{name} stands in {strangers}"
print(f"  {len(of_kinds)} columns are null but in the kinds documented")

versions = ask(f"SELECT DISTINCT decode(value) FROM parquet_kv_metadata('{folder}/**/*.parquet') WHERE decode(key) = 'testgram.version'")
same("version", versions, [("1",)])

for query in queries:
    found = ask(here(query))
    assert found, f"no rows: {query}"
    print(f"  {len(found)} rows: {query.strip().splitlines()[0]}")
