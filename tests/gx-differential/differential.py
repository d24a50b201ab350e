"""Holds the console against Great Expectations itself, on random tables; see README.md beside it."""

import argparse
import json
import logging
import os
import random
import sys
import warnings
from collections import Counter

from cases import OTHER, SOURCE, Table, case
from console import source_url, tell_release, validated
from differences import reason
from agreement import disagreement

os.environ["GX_ANALYTICS_ENABLED"] = "false"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import great_expectations as gx  # noqa: E402
import psycopg2  # noqa: E402
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration  # noqa: E402


def theirs(batch, one):
    """Great Expectations' result; None where it could not evaluate the expectation."""
    try:
        wanted = ExpectationConfiguration(type=one["type"], kwargs=dict(one["kwargs"])).to_domain_obj()
        result = batch.validate(wanted, result_format=one["format"]).to_json_dict()
    except Exception as refused:  # noqa: BLE001
        return None, f"{type(refused).__name__}: {refused}"
    info = result["exception_info"]
    infos = [info] if "raised_exception" in info else list(info.values())
    raised = [each["exception_message"] for each in infos if each["raised_exception"]]
    return (None, raised[0]) if raised else (result, None)


def ours(url, table, asked):
    """The console's results, of all expectations as one suite."""
    return validated(url, table, [
        {"type": one["type"], "kwargs": {**one["kwargs"], "result_format": {"result_format": one["format"]}}} for one in asked])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of a PostgreSQL database in which tables may be made")
    parser.add_argument("--tables", type=int, default=4, help="tables of each seed")
    parser.add_argument("--cases", type=int, default=50, help="expectations on each table")
    parser.add_argument("--only", default="", help="expectations whose type holds this text")
    parser.add_argument("seeds", type=int, nargs="+")
    given = parser.parse_args()
    connection = psycopg2.connect(given.database)
    connection.autocommit = True
    cursor = connection.cursor()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres(SOURCE, connection_string=source_url(given.database))
    found, total, unexplained = Counter(), 0, 0
    cursor.execute(f"drop table if exists {OTHER[0]}; create table {OTHER[0]} as select n as id from generate_series(1, {OTHER[1]}) n")
    for seed in given.seeds:
        for number in range(given.tables):
            r = random.Random(f"{seed}/{number}")
            table = Table(r, f"gx_differential_{seed}_{number}", oddities=number % 2 == 1)
            cursor.execute(f'drop table if exists "{table.name}"')
            table.create(cursor)
            asked = []
            while len(asked) < given.cases:
                drawn = case(r, table)
                if drawn is not None and given.only in drawn["type"]:
                    asked.append(drawn)
            batch = source.add_table_asset(table.name, table_name=table.name).add_batch_definition_whole_table("all").get_batch()
            document = ours(given.database, table.name, asked)
            if total == 0:
                tell_release(document, gx.__version__)
            for one, our in zip(asked, document["results"]):
                their, refused = theirs(batch, one)
                total += 1
                difference = disagreement(their, our)
                if difference is None:
                    continue
                why = reason(table, one, their, our, difference, refused)
                if why is not None:
                    found[why] += 1
                    continue
                unexplained += 1
                print(f"\nseed {seed}, table {number}: {difference}\n  {json.dumps(one, ensure_ascii=False)}")
                print(f"  columns {table.types}\n  theirs {(their or {}).get('result') if refused is None else refused[:300]!r}")
                print(f"  ours {our['result'] or our['exception_info']['exception_message']}")
            cursor.execute(f'drop table "{table.name}"')
    cursor.execute(f"drop table {OTHER[0]}")
    print(f"\n{total} cases, {sum(found.values())} known differences, {unexplained} others")
    for why, times in found.most_common():
        print(f"{times:6}  {why}")
    sys.exit(1 if unexplained else 0)


main()
