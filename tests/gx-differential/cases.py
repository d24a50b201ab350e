"""Random tables, and random expectations on them; the same for the same seed."""

import datetime
import json
import random
import uuid

BEYOND = 2**53

# The data source, as the console calls it.
SOURCE = "postgresql"
# Another table, and its rows.
OTHER = ("gx_differential_other", 5)


def _day(r):
    return datetime.date(2024, r.randint(1, 3), r.randint(1, 28))


def _moment(r):
    return datetime.datetime.combine(_day(r), datetime.time(r.randint(0, 23), r.choice([0, 30]), r.choice([0, 1])))


WORDS = ["a", "b", "ab", "Zoë", "naïve", "日本", "🙂", "", " x", "A", "it's", "100%", "a_b"]

# Of each type: how a value is drawn. Few different ones, so that sets and bounds meet some.
TYPES = {
    "integer": lambda r: r.randint(-3, 5),
    "smallint": lambda r: r.randint(-3, 5),
    "bigint": lambda r: r.choice([r.randint(-3, 3), BEYOND + r.randint(0, 3), 1541815603606036484 + r.randint(0, 6)]),
    "numeric": lambda r: r.choice([r.randint(-3, 3), round(r.uniform(-3, 3), 1)]),
    "numeric(10,2)": lambda r: round(r.uniform(-3, 3), 1),
    "double precision": lambda r: r.choice([round(r.uniform(-3, 3), 1), r.randint(-2, 2), 0.5]),
    "real": lambda r: r.choice([0.5, -1.5, 2, 0.1, 0.2]),
    "text": lambda r: r.choice(WORDS),
    "varchar(20)": lambda r: r.choice(WORDS),
    "char(5)": lambda r: r.choice(["a", "ab", "Zoë", "b"]),
    "date": lambda r: _day(r).isoformat(),
    "timestamp": lambda r: _moment(r).isoformat(sep=" "),
    "timestamptz": lambda r: _moment(r).isoformat(sep=" ") + "+00:00",
    "boolean": lambda r: r.random() < 0.5,
    "uuid": lambda r: str(uuid.UUID(int=r.randint(1, 4))),
    "time": lambda r: f"{r.randint(8, 11):02}:00:00",
}
NUMBERS = {"integer", "smallint", "bigint", "numeric", "numeric(10,2)", "double precision", "real"}
TEXTS = {"text", "varchar(20)", "char(5)"}
MOMENTS = {"date", "timestamp", "timestamptz"}
ODD = {"double precision": ["NaN", "Infinity", "-Infinity"], "real": ["NaN"], "numeric": ["NaN"]}


class Table:
    """A table with a key and some columns, by name their types and values."""

    def __init__(self, r: random.Random, name: str, oddities: bool):
        self.name = name
        self.types = {f"c{at}": kind for at, kind in enumerate(r.sample(sorted(TYPES), 6))}
        self.types["c.dot"] = "integer"
        size = r.choice([0, 1, 2, 5, 9, 12])
        self.rows = [[at] + [self._value(r, kind, oddities) for kind in self.types.values()] for at in range(size)]

    def _value(self, r, kind, oddities):
        if r.random() < 0.15:
            return None
        if oddities and kind in ODD and r.random() < 0.2:
            return r.choice(ODD[kind])
        return TYPES[kind](r)

    def create(self, cursor):
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self.types.items())
        cursor.execute(f'create table "{self.name}" (id integer primary key, {columns})')
        for row in self.rows:
            places = ", ".join(["%s"] * len(row))
            cursor.execute(f'insert into "{self.name}" values ({places})', row)

    def of(self, kinds):
        return [name for name, kind in self.types.items() if kind in kinds]


def case(r: random.Random, table: Table):
    """An expectation, or None where the table has no column for what was drawn."""
    kind, make = r.choice(KINDS)
    kwargs = make(r, table)
    if kwargs is None:
        return None
    if kind not in ON_THE_CATALOG and r.random() < 0.4:
        kwargs.update(condition(r, table))
    if kind in WITH_MOSTLY and r.random() < 0.4:
        kwargs["mostly"] = r.choice([0, 0.3, 0.5, 0.75, 0.9, 1])
    return {"type": kind, "kwargs": kwargs, "format": r.choice(["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"])}


def condition(r, table):
    name = r.choice(list(table.types))
    draw = lambda: TYPES[table.types[name]](r)
    ordering = ["==", "!="] if table.types[name] in {"boolean", "uuid"} else ["==", "!=", "<", "<=", ">", ">="]
    simple = lambda: {"type": "comparison", "column": {"name": name}, "operator": r.choice(ordering), "parameter": draw()}
    nullity = {"type": "nullity", "column": {"name": name}, "is_null": r.random() < 0.3}
    membership = {
        "type": "comparison",
        "column": {"name": name},
        "operator": r.choice(["IN", "NOT_IN"]),
        "parameter": [draw() for _ in range(r.randint(1, 3))],
    }
    form = r.randint(0, 5)
    if form == 0 and table.types[name] in NUMBERS | TEXTS | MOMENTS:
        value = draw()
        if isinstance(value, str) and ("'" in value or '"' in value):
            return {}
        text = value if isinstance(value, (int, float)) else json.dumps(value, ensure_ascii=False)
        return {"row_condition": f'col("{name}") {r.choice(ordering)} {text}', "condition_parser": "great_expectations"}
    if form == 1:
        return {"row_condition": nullity}
    if form == 2 and table.types[name] != "boolean":
        return {"row_condition": membership}
    if form == 3:
        return {"row_condition": {"type": "and", "conditions": [simple(), {**nullity, "is_null": False}]}}
    if form == 4:
        return {"row_condition": {"type": "or", "conditions": [simple(), {"type": "and", "conditions": [simple(), simple()]}]}}
    return {"row_condition": simple()}


def _pick(r, table, kinds):
    names = table.of(kinds)
    return r.choice(names) if names else None


def _on(kinds, more):
    def make(r, table):
        name = _pick(r, table, kinds)
        return None if name is None else {"column": name, **more(r, table, name)}

    return make


def _set(r, table, name):
    values = [TYPES[table.types[name]](r) for _ in range(r.randint(1, 4))]
    return {"value_set": values + ([None] if r.random() < 0.1 else [])}


def _whole_set(r, table, name):
    """Often the very values of the column."""
    at = 1 + list(table.types).index(name)
    own = [row[at] for row in table.rows if row[at] is not None and row[at] not in ("NaN", "Infinity", "-Infinity")]
    return {"value_set": own or [TYPES[table.types[name]](r)]} if r.random() < 0.5 else _set(r, table, name)


def _bounds(draw):
    def make(r, table, name):
        given = {}
        if r.random() < 0.7:
            given["min_value"] = draw(r, table, name)
        if r.random() < 0.7 or not given:
            given["max_value"] = draw(r, table, name)
        for strict in ("strict_min", "strict_max"):
            if r.random() < 0.25:
                given[strict] = r.random() < 0.7
        return given

    return make


def _own(r, table, name):
    return TYPES[table.types[name]](r)


def _count(r, table, name):
    return r.randint(0, 6)


def _share(r, table, name):
    return r.choice([0, 0.25, 0.5, 0.75, 0.9, 1])


def _pattern(argument, values, several=False):
    return lambda r, table, name: {argument: [r.choice(values) for _ in range(2)] if several else r.choice(values)}


def _pair(more):
    def make(r, table):
        names = table.of(NUMBERS)
        if len(names) < 2:
            return None
        a, b = r.sample(names, 2)
        ignored = ["both_values_are_missing", "either_value_is_missing", "neither"]
        return {"column_A": a, "column_B": b, "ignore_row_if": r.choice(ignored), **more(r, table, a, b)}

    return make


def _several(more, kinds=NUMBERS):
    def make(r, table):
        names = table.of(kinds)
        if len(names) < 2:
            return None
        ignored = ["all_values_are_missing", "any_value_is_missing", "never"]
        return {"column_list": r.sample(names, 2), "ignore_row_if": r.choice(ignored), **more(r)}

    return make


def _columns(r, table):
    names = ["id", *table.types]
    return r.choice([names, names[:-1], names + ["other"], r.sample(names, len(names)), ["other"]])


def _query(r, table):
    """A query's columns, and which rows it picks."""
    names = r.sample(["id", *table.types], r.choice([1, 1, 2]))
    rows = r.choice(["", "", " where id > 1", " where id < 5", f' where "{names[0]}" is not null', " where false"])
    return [f'"{name}"' for name in names], rows


def _unexpected_rows(r, table):
    columns, rows = _query(r, table)
    return {"unexpected_rows_query": f"select {', '.join(columns)} from {{batch}}{rows}"}


def _matching(r, table):
    """Often the same columns, called otherwise, in another order or once more; sometimes those of another type."""
    columns, rows = _query(r, table)
    others = columns if r.random() < 0.7 else _query(r, table)[0]
    named = [f"{column} as other{at}" for at, column in enumerate(others)]
    picked = r.choice([rows, rows, _query(r, table)[1]]) if others == columns else _query(r, table)[1]
    if picked.startswith(' where "'):
        picked = rows
    return {
        "base_query": f"select {', '.join(columns)} from {{batch}}{rows}",
        "comparison_query": f'select {", ".join(named)} from "{table.name}"{picked}{r.choice(["", " order by id desc", " limit 3"])}',
        "comparison_data_source_name": SOURCE,
        **({"mostly": r.choice([0, 0.5, 0.75, 0.9])} if r.random() < 0.4 else {}),
    }


def _partition(r, table, name):
    """Shares of some values; of numbers shares of bins, too."""
    weights = r.choice([[0.5, 0.5], [0.25, 0.75], [0.9, 0.1]])
    threshold = r.choice([0.01, 0.5, 2])
    holdouts = {"tail_weight_holdout": 0.1} if r.random() < 0.5 else {}
    if table.types[name] in {"integer", "double precision", "numeric"} and r.random() < 0.7:
        bins = {"bins": r.choice([[-3, 0, 3], [-10, 1, 10]]), "weights": weights}
        inner = {"internal_weight_holdout": 0.1} if holdouts and r.random() < 0.5 else {}
        return {"partition_object": bins, "threshold": threshold, **holdouts, **inner}
    values = r.sample(["a", "b", "ab", "Zoë"], 2) if table.types[name] == "text" else [0, 1]
    return {"partition_object": {"values": values, "weights": weights}, "threshold": threshold, **holdouts}


REGEXES = ["a", "^a", "b$", "[a-c]+", "^.$", "\\d", "ë"]
LIKES = ["a%", "%b", "_", "%", "a\\_b", "100\\%"]
ANY = set(TYPES)
SAME = ANY - {"time"}
NAMES = ["INTEGER", "bigint", "NUMERIC", "numeric(10, 2)", "Double Precision", "REAL", "text", "VARCHAR(20)", "CHAR(5)",
         "DATE", "timestamp without time zone", "boolean", "uuid", "SMALLINT"]

KINDS = [
    ("expect_column_values_to_not_be_null", _on(ANY, lambda *_: {})),
    ("expect_column_values_to_be_null", _on(ANY, lambda *_: {})),
    ("expect_column_values_to_be_unique", _on(ANY, lambda *_: {})),
    ("expect_column_values_to_be_between", _on(NUMBERS | MOMENTS, _bounds(_own))),
    ("expect_column_values_to_be_in_set", _on(SAME, _set)),
    ("expect_column_values_to_not_be_in_set", _on(SAME, _set)),
    ("expect_column_distinct_values_to_be_in_set", _on(SAME, _whole_set)),
    ("expect_column_distinct_values_to_contain_set", _on(SAME, _whole_set)),
    ("expect_column_distinct_values_to_equal_set", _on(SAME, _whole_set)),
    ("expect_column_most_common_value_to_be_in_set", _on(SAME - MOMENTS - {"uuid"}, lambda r, t, n: {**_set(r, t, n), "ties_okay": r.random() < 0.5})),
    ("expect_column_value_lengths_to_be_between", _on(TEXTS, _bounds(_count))),
    ("expect_column_value_lengths_to_equal", _on(TEXTS, lambda r, *_: {"value": r.randint(0, 3)})),
    ("expect_column_values_to_match_regex", _on(TEXTS, _pattern("regex", REGEXES))),
    ("expect_column_values_to_not_match_regex", _on(TEXTS, _pattern("regex", REGEXES))),
    ("expect_column_values_to_match_regex_list", _on(TEXTS, _pattern("regex_list", REGEXES, True))),
    ("expect_column_values_to_not_match_regex_list", _on(TEXTS, _pattern("regex_list", REGEXES, True))),
    ("expect_column_values_to_match_like_pattern", _on(TEXTS, _pattern("like_pattern", LIKES))),
    ("expect_column_values_to_not_match_like_pattern", _on(TEXTS, _pattern("like_pattern", LIKES))),
    ("expect_column_values_to_match_like_pattern_list", _on(TEXTS, _pattern("like_pattern_list", LIKES, True))),
    ("expect_column_values_to_not_match_like_pattern_list", _on(TEXTS, _pattern("like_pattern_list", LIKES, True))),
    ("expect_column_min_to_be_between", _on(NUMBERS, _bounds(_own))),
    ("expect_column_max_to_be_between", _on(NUMBERS, _bounds(_own))),
    ("expect_column_sum_to_be_between", _on(NUMBERS, _bounds(_own))),
    ("expect_column_mean_to_be_between", _on(NUMBERS, _bounds(_own))),
    ("expect_column_median_to_be_between", _on(NUMBERS, _bounds(_own))),
    ("expect_column_stdev_to_be_between", _on(NUMBERS, _bounds(_count))),
    ("expect_column_unique_value_count_to_be_between", _on(ANY, _bounds(_count))),
    ("expect_column_proportion_of_unique_values_to_be_between", _on(ANY, _bounds(_share))),
    ("expect_column_quantile_values_to_be_between", _on(NUMBERS, lambda r, *_: {"quantile_ranges": {
        "quantiles": [0.25, 0.5], "value_ranges": [[-3, r.randint(0, 3)], [None, 2]]}})),
    ("expect_column_value_z_scores_to_be_less_than", _on(NUMBERS, lambda r, *_: {"threshold": r.choice([0.5, 1, 2]), "double_sided": r.random() < 0.5})),
    ("expect_column_values_to_not_be_outliers", _on(NUMBERS, lambda r, *_: {"method": r.choice(["iqr", "std"]), "multiplier": r.choice([0, 0.5, 1, 1.5])})),
    ("expect_column_proportion_of_non_null_values_to_be_between", _on(ANY, _bounds(_share))),
    ("expect_multicolumn_values_to_be_equal", _several(lambda r: {})),
    ("expect_column_type_to_be", _on(ANY, _pattern("type_", NAMES))),
    ("expect_column_values_to_be_of_type", _on(ANY, _pattern("type_", NAMES))),
    ("expect_column_values_to_be_in_type_list", _on(ANY, _pattern("type_list", NAMES, True))),
    ("expect_column_pair_values_to_be_equal", _pair(lambda *_: {})),
    ("expect_column_pair_values_a_to_be_greater_than_b", _pair(lambda r, *_: {"or_equal": r.random() < 0.5})),
    ("expect_column_pair_values_to_be_in_set", _pair(lambda r, t, a, b: {"value_pairs_set": [[_own(r, t, a), _own(r, t, b)] for _ in range(3)]})),
    ("expect_compound_columns_to_be_unique", _several(lambda r: {}, ANY)),
    ("expect_select_column_values_to_be_unique_within_record", _several(lambda r: {})),
    ("expect_multicolumn_sum_to_equal", _several(lambda r: {"sum_total": r.randint(-2, 4)})),
    ("expect_table_row_count_to_be_between", lambda r, t: _bounds(_count)(r, t, None)),
    ("expect_table_row_count_to_equal", lambda r, t: {"value": r.choice([0, 1, len(t.rows)])}),
    ("expect_table_row_count_to_equal_other_table", lambda r, t: {"other_table_name": OTHER[0]}),
    ("expect_table_column_count_to_be_between", lambda r, t: _bounds(lambda r, *_: r.randint(6, 9))(r, t, None)),
    ("expect_table_column_count_to_equal", lambda r, t: {"value": r.choice([1, 1 + len(t.types)])}),
    ("expect_table_columns_to_match_set", lambda r, t: {"column_set": _columns(r, t), "exact_match": r.random() < 0.5}),
    ("expect_table_columns_to_match_ordered_list", lambda r, t: {"column_list": _columns(r, t)}),
    ("expect_column_kl_divergence_to_be_less_than", _on({"integer", "double precision", "numeric", "text"}, _partition)),
    ("expect_query_results_to_match_comparison", _matching),
    ("unexpected_rows_expectation", _unexpected_rows),
    ("expect_column_to_exist", lambda r, t: {"column": r.choice([*t.types, "other"])}),
]
ON_THE_CATALOG = {kind for kind, _ in KINDS if "type" in kind or "_table_" in kind or kind == "expect_column_to_exist"} | {
    "expect_query_results_to_match_comparison", "unexpected_rows_expectation"}
WITH_MOSTLY = {kind for kind, _ in KINDS if "values_to" in kind and "distinct" not in kind and "type" not in kind
               and "quantile" not in kind} | {"expect_column_value_lengths_to_be_between", "expect_column_value_lengths_to_equal"}
