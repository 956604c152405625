"""First-order transitions of the archive's Parquet, by DuckDB on two threads: of actions, and of pages alone.

usage: transitions.py FOLDER; prints {name, seconds, pages_seconds, peak_bytes}, the medians of three rounds.
"""

import json
import resource
import statistics
import sys
import time

import duckdb

folder = sys.argv[1]
files = f"{folder}/*/*.parquet"
connection = duckdb.connect()
connection.execute("SET threads = 2")


def transitions(symbol: str, kinds: str) -> float:
    began = time.perf_counter()
    rows = connection.execute(
        f"""
        WITH steps AS (
            SELECT session, {symbol} AS symbol,
                   lead({symbol}) OVER (PARTITION BY session ORDER BY seq, fingerprint, index) AS next
            FROM read_parquet('{files}') WHERE kind IN ({kinds})
        )
        SELECT symbol, next, count(*) AS count, count(DISTINCT session) AS sessions FROM steps GROUP BY ALL
        """
    ).fetchall()
    assert rows, "no transitions"
    return time.perf_counter() - began


ACTIONS = "'page', 'click', 'input', 'submit', 'key', 'drag', 'custom'"
actions = [transitions("concat_ws(' ', kind, page, element)", ACTIONS) for _ in range(3)]
pages = [transitions("url", "'page'") for _ in range(3)]
print(
    json.dumps(
        {
            "name": f"DuckDB {duckdb.__version__}",
            "seconds": statistics.median(actions),
            "pages_seconds": statistics.median(pages),
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
    )
)
