"""The differences that are on purpose, each with its reason; what fits none of them is a fault."""

import re

from agreement import LISTS, ROWS
from cases import TEXTS


def reason(table, one, theirs, ours, difference, refused):
    kind, kwargs = one["type"], one["kwargs"]
    if theirs is not None and theirs["result"].get("element_count") == 0 and difference.startswith("unexpected_count"):
        return "of no rows, null is unexpected in Great Expectations, here 0"
    if "_distinct_values_to_" in kind and difference.startswith("observed_value: theirs None"):
        return "distinct sets observe null, here the values"
    values = kwargs.get("value_set", [])
    if "_distinct_values_to_" in kind and None in values:
        return "a null in a set of distinct values hides all that are unexpected, here it is ignored"
    if "_distinct_values_to_" in kind and len({str(value) for value in values}) < len(values):
        return "a value that a set names twice is missing once, here a set is a set"
    if refused is not None and refused.startswith("ConditionParserError"):
        return "its grammar of conditions takes no such character"
    if refused is not None and ("not JSON serializable" in refused or "cannot be serialized" in refused):
        return "it cannot write numerics and times of some results as JSON"
    if "type" in kind and ours["success"] and str(theirs["result"]["observed_value"]).split("(")[0] in type_names(kwargs):
        return "a type with limits is not named without them, here it is, too"
    shows_nan = difference.partition(":")[0] in LISTS + ROWS and "NaN" in difference
    if shows_nan or (refused is not None and "decimal.InvalidOperation" in refused):
        return "it fails over NaN in a numeric, or shows it as null"
    if refused is not None and refused.startswith("Invalid result values"):
        return "it fails over nulls in lists of its own"
    if theirs is not None and theirs["success"] and not ours["success"] and holds_nan(table, kwargs):
        return "NaN passes a bound, here it fails any"
    if "most_common" in kind and table.types.get(kwargs["column"]) in {"char(5)", "numeric", "numeric(10,2)"}:
        return "the most common values are compared in Python, here as PostgreSQL does"
    if any(table.types.get(column) == "real" for column in columns_of(kwargs)):
        return "constants beside a real are double precision, here real"
    if any(table.types.get(column) in TEXTS for column in columns_of(kwargs.get("row_condition"))):
        return "conditions order texts by the database's collation, here by code point"
    return None


def holds_nan(table, kwargs):
    places = [1 + list(table.types).index(column) for column in columns_of(kwargs) if column in table.types]
    return any(str(row[at]) in ("NaN", "Infinity", "-Infinity") for at in places for row in table.rows)


def type_names(kwargs):
    return [name.upper() for name in [kwargs.get("type_"), *kwargs.get("type_list", [])] if name]


def columns_of(given):
    """The columns that arguments or a condition name."""
    if isinstance(given, dict):
        own = [given[key] for key in ("column", "column_A", "column_B") if isinstance(given.get(key), str)]
        named = [given["column"]["name"]] if isinstance(given.get("column"), dict) else []
        inner = [column for value in given.values() for column in columns_of(value)]
        return own + named + list(given.get("column_list", [])) + inner
    if isinstance(given, list):
        return [column for one in given for column in columns_of(one)]
    return re.findall(r'col\("([^"]+)"\)', given) if isinstance(given, str) else []

