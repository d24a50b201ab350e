"""Has Great Expectations load and render every kind of result that the console writes; see README.md beside it."""

import argparse
import json
import os
import random
import sys
import warnings
from collections import Counter, defaultdict

os.environ["GX_ANALYTICS_ENABLED"] = "false"
warnings.filterwarnings("ignore")

import great_expectations as gx  # noqa: E402
import psycopg2  # noqa: E402
from great_expectations.core.expectation_validation_result import ExpectationValidationResult  # noqa: E402
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration  # noqa: E402
from great_expectations.validator.exception_info import ExceptionInfo  # noqa: E402

from cases import OTHER, SOURCE, Table, case  # noqa: E402
from console import ROOT, source_url, tell_release, validated  # noqa: E402
from pages import cannot_build, complaint, complaints  # noqa: E402

LEVELS = ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"]
STATES = ["passed", "failed", "unevaluated"]
SEVERITIES = ["critical", "warning", "info"]


def formats(key):
    """Each level, and each of what may be asked for beside it."""
    rows = {"unexpected_index_column_names": [key], "include_unexpected_rows": True}
    without = {"exclude_unexpected_values": True, "unexpected_index_column_names": [key]}
    return [
        *({"result_format": level} for level in LEVELS),
        {"result_format": "COMPLETE", **rows},
        {"result_format": "COMPLETE", **without},
        {"result_format": "SUMMARY", **rows, "partial_unexpected_count": 0},
        {"result_format": "BASIC", "return_unexpected_index_query": False},
    ]


def conditions(key):
    """Rows of each form of condition."""
    above = {"type": "comparison", "column": {"name": key}, "operator": ">", "parameter": 1}
    known = {"type": "nullity", "column": {"name": key}, "is_null": False}
    either = {"type": "or", "conditions": [above, {**above, "operator": "IN", "parameter": [1, 2]}]}
    texts = [f'col("{key}") > 1', f'col("{key}").notNull()']
    return [
        *({"row_condition": text, "condition_parser": "great_expectations"} for text in texts),
        *({"row_condition": form} for form in (above, known, either, {"type": "and", "conditions": [above, known]})),
    ]


def unevaluated(kwargs):
    """The same arguments, such that nobody can evaluate them: a column that there is not, a parameter that nobody gives."""
    columns = {name: "nowhere" for name in ("column", "column_A") if name in kwargs}
    if "column_list" in kwargs:
        columns["column_list"] = ["nowhere", "nor here"]
    others = [name for name in kwargs if name not in columns and name not in ("mostly", "column_B", "row_condition", "condition_parser")]
    return [
        {**kwargs, **columns, "no_such_argument": 1},
        *([{**kwargs, **columns}] if columns else []),
        *({**kwargs, name: {"$PARAMETER": "nobody"}} for name in others),
    ]


def fixtures(cursor):
    """The cases of the tests, of each type one that passes and one that fails, by table; and each table's key."""
    keys, by_table = {}, defaultdict(list)
    for path in sorted((ROOT / "tests" / "fixtures" / "expectations").glob("*.json")):
        read = json.loads(path.read_text(encoding="utf-8"))
        for name, dataset in read["datasets"].items():
            columns = ", ".join(f'"{column["name"]}" {column["type"]}' for column in dataset["columns"])
            cursor.execute(f'create table "{name}" ({columns})')
            for row in dataset["rows"]:
                cursor.execute(f'insert into "{name}" values ({", ".join(["%s"] * len(row))})', row)
            keys[name] = dataset["columns"][0]["name"]
        for one in read["cases"]:
            by_table[one["table"]].append((one["expectation_type"], one["kwargs"]))
    return {name: (keys[name], cases) for name, cases in by_table.items()}, list(keys)


def suites(key, cases):
    """Of each format a suite with all that may become of the cases."""
    for chosen in formats(key):
        asked = [
            {"type": kind, "kwargs": {**each, "result_format": chosen}}
            for kind, kwargs in cases
            for each in [kwargs, *({**kwargs, **condition} for condition in conditions(key)), *unevaluated(kwargs)]
        ]
        for at, one in enumerate(asked):
            one["severity"] = SEVERITIES[at % 3]
        yield asked


def state(result):
    if result["exception_info"]["raised_exception"]:
        return "unevaluated"
    return "passed" if result["success"] else "failed"


def theirs(batch, result):
    """Great Expectations' own result of the same expectation; where that cannot be evaluated, as it tells of an exception."""
    kwargs = dict(result["expectation_config"]["kwargs"])
    config = ExpectationConfiguration(type=result["expectation_config"]["type"], kwargs=kwargs)
    if state(result) == "unevaluated":
        raised = ExceptionInfo(exception_traceback="Traceback", exception_message="raised")
        return ExpectationValidationResult(success=False, expectation_config=config, exception_info=raised).to_json_dict()
    chosen = kwargs.pop("result_format", "SUMMARY")
    try:
        return batch.validate(config.to_domain_obj(), result_format=chosen).to_json_dict()
    except Exception:  # noqa: BLE001
        return None


def reason(batch, document, result, refused):
    if refused is not None and refused.startswith("ExpectationNotFoundError"):
        return "it has no such expectation"
    if refused is not None and state(result) == "unevaluated":
        return "neither evaluates it: it does not even build an expectation of such arguments"
    if refused is not None:
        return "its expectation does not take arguments that the console takes: see the README's table"
    own = theirs(batch, result)
    if own is not None and complaint({**document, "results": [own]}) is not None:
        return "it makes no whole page of its own result either"
    return None


class Tally:
    def __init__(self):
        self.seen, self.known, self.types, self.unexplained, self.total = Counter(), Counter(), defaultdict(set), 0, 0

    def hear(self, document, batch):
        for result in document["results"]:
            self.total += 1
            config = result["expectation_config"]
            chosen = config["kwargs"].get("result_format", "SUMMARY")
            level = chosen if isinstance(chosen, str) else chosen["result_format"]
            self.seen[config["type"], state(result), level] += 1
        refusals = [(one, cannot_build(one["expectation_config"])) for one in document["results"]]
        sound = [one for one, refused in refusals if refused is None]
        others = [(one, refused) for one, refused in refusals if refused is not None]
        failed = complaints({**document, "results": sound})
        for result, refused, why in [*((one, why, why) for one, why in others), *((one, None, why) for one, why in failed)]:
            known = reason(batch, document, result, refused)
            if known is not None:
                self.known[known] += 1
                self.types[known].add(result["expectation_config"]["type"])
                continue
            self.unexplained += 1
            print(f"\n{why}\n  {json.dumps(result, ensure_ascii=False)[:600]}")

    def missing(self):
        """Types, states and levels of which there was no result."""
        types = {kind for kind, _, _ in self.seen}
        return [(kind, one, level) for kind in sorted(types) for one in STATES for level in LEVELS if self.seen[kind, one, level] == 0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of a PostgreSQL database in which tables may be made")
    parser.add_argument("--tables", type=int, default=4, help="random tables of each seed")
    parser.add_argument("--cases", type=int, default=50, help="expectations on each of them")
    parser.add_argument("seeds", type=int, nargs="*", help="of random tables besides those of the tests")
    given = parser.parse_args()
    connection = psycopg2.connect(given.database)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("create schema gx_shown; set search_path to gx_shown")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres(SOURCE, connection_string=source_url(given.database, "gx_shown"))
    tally, is_told = Tally(), False

    def hear(table, asked):
        nonlocal is_told
        document = validated(given.database, f"gx_shown.{table}", asked)
        if not is_told:
            tell_release(document, gx.__version__)
        is_told = True
        tally.hear(document, batches[table])

    batches = {}
    try:
        by_table, names = fixtures(cursor)
        for name in names:
            batches[name] = source.add_table_asset(name, table_name=name).add_batch_definition_whole_table("all").get_batch()
        for name, (key, cases) in by_table.items():
            for asked in suites(key, cases):
                hear(name, asked)
        missing = tally.missing()
        cursor.execute(f"create table {OTHER[0]} as select n as id from generate_series(1, {OTHER[1]}) n")
        for seed in given.seeds:
            for number in range(given.tables):
                r = random.Random(f"{seed}/{number}")
                table = Table(r, f"gx_shown_{seed}_{number}", oddities=number % 2 == 1)
                table.create(cursor)
                batches[table.name] = (
                    source.add_table_asset(table.name, table_name=table.name).add_batch_definition_whole_table("all").get_batch()
                )
                drawn = [one for one in (case(r, table) for _ in range(2 * given.cases)) if one is not None][: given.cases]
                hear(table.name, [{"type": one["type"], "kwargs": {**one["kwargs"], "result_format": one["format"]}} for one in drawn])
    finally:
        cursor.execute("drop schema gx_shown cascade")
    types = {kind for kind, _, _ in tally.seen}
    print(f"\n{tally.total} results of {len(types)} types, {sum(tally.known.values())} known to have no page, {tally.unexplained} others")
    for why, times in tally.known.most_common():
        print(f"{times:6}  {why}: {', '.join(sorted(tally.types[why]))}")
    for kind, one, level in missing:
        print(f"        no result: {kind} {one} {level}")
    sys.exit(1 if tally.unexplained or missing else 0)


main()
