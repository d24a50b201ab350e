"""Has Great Expectations load the suites that `validate --init` writes, and hold them against their tables; see README.md."""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from console import ROOT, source_url

os.environ["GX_ANALYTICS_ENABLED"] = "false"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import great_expectations as gx  # noqa: E402
import psycopg2  # noqa: E402
from great_expectations.core.expectation_suite import ExpectationSuite, expectationSuiteSchema  # noqa: E402

CONSOLE = ROOT / "src" / "main.ts"

# Something of every type whose columns Great Expectations reads.
KINDS = "gx_proposed"
COLUMNS = {
    "id": ("bigint primary key", "n"),
    "small": ("smallint", "n % 7"),
    "big": ("bigint", "9007199254740993 + n"),
    "amount": ("numeric(12, 2)", "n * 1.25"),
    "wide": ("numeric", "12345678901234567890.5 + n"),
    "ratio": ("double precision", "n / 300.0"),
    "single": ("real", "n * 0.1"),
    "below": ("int", "-n"),
    "plan": ("text", "(array['basic', 'größer', 'it''s'])[n % 3 + 1]"),
    "tier": ("char(3)", "(array['a', 'bcd'])[n % 2 + 1]"),
    "code": ("varchar(8)", "lpad(n::text, 8, '0')"),
    "free": ("text", "'text ' || n"),
    "joined": ("date", "date '2021-03-01' + n"),
    "renews": ("date", "date '2090-03-01' + n"),
    "at": ("timestamp", "timestamp '2021-03-01' + n * interval '1 hour'"),
    "seen": ("timestamptz", "timestamptz '2021-03-01' + n * interval '1 hour'"),
    "hour": ("time", "time '00:00' + n * interval '1 minute'"),
    "span": ("interval", "n * interval '1 minute'"),
    "flag": ("boolean", "n % 2 = 0"),
    "tag": ("uuid", "gen_random_uuid()"),
    "doc": ("jsonb", "'{}'"),
    "bytes": ("bytea", "'\\x00'"),
    "tags": ("text[]", "array['a']"),
    "sometimes": ("int", "nullif(n % 20, 0)"),
    "never": ("int", "null"),
}


def proposed(url, table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suite.json"
        command = ["bun", str(CONSOLE), "validate", "--init", "--table", table, "--suite", str(path), "--database", url]
        done = subprocess.run([*command, "--home", folder, "--quiet"], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"the console failed: {done.stderr}")
        return json.loads(path.read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of a PostgreSQL database in which a table may be made")
    parser.add_argument("tables", nargs="*", help="more tables of it, of the schema public")
    given = parser.parse_args()
    print(f"Great Expectations {gx.__version__}")
    connection = psycopg2.connect(given.database)
    connection.autocommit = True
    cursor = connection.cursor()
    columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in COLUMNS.items())
    values = ", ".join(value for _, value in COLUMNS.values())
    cursor.execute(f"drop table if exists {KINDS}; create table {KINDS} ({columns})")
    cursor.execute(f"insert into {KINDS} select {values} from generate_series(1, 300) n")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres("pg", connection_string=source_url(given.database))
    total, failed = 0, 0
    for table in [KINDS, *given.tables]:
        suite = ExpectationSuite(**expectationSuiteSchema.load(proposed(given.database, table)))
        batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all").get_batch()
        for result in batch.validate(suite).results:
            total += 1
            config = result.expectation_config
            if result.success and config.meta == {"proposed": True} and str(config.notes).startswith("Proposed: "):
                continue
            failed += 1
            print(f"{table}: {config.type} {config.kwargs}\n  {result.result} {str(result.exception_info)[-300:]}")
    cursor.execute(f"drop table {KINDS}")
    print(f"{total} expectations loaded, {total - failed} met, {failed} not")
    sys.exit(1 if failed else 0)


main()
