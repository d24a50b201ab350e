"""Whether two results say the same."""

import json
import math

# Of the fields that Great Expectations fills, those that say what was found.
FIELDS = ["element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent",
          "unexpected_percent_total", "unexpected_percent_nonmissing", "observed_value"]
LISTS = ["unexpected_list", "partial_unexpected_list"]
ROWS = ["missing_rows", "unexpected_rows"]


def disagreement(theirs, ours):
    """In a few words what differs; None where they agree. Neither evaluating it is agreement, too."""
    raised = ours["exception_info"]["raised_exception"]
    if theirs is None:
        return None if raised else "only the console evaluates it"
    if raised:
        return "only Great Expectations evaluates it"
    if theirs["success"] != ours["success"]:
        return f"success: theirs {theirs['success']}, ours {ours['success']}"
    left, right = theirs["result"], ours["result"]
    for field in FIELDS:
        if field in left and not same(left[field], right.get(field)):
            return f"{field}: theirs {left[field]!r}, ours {right.get(field)!r}"
    for field in LISTS:
        if field in left and left.get("unexpected_count", 0) <= 20 and not same(arranged(left[field]), arranged(right.get(field))):
            return f"{field}: theirs {left[field]!r}, ours {right.get(field)!r}"
    for field in ROWS:
        rows = left.get("details", {}).get(field)
        found = right.get("details", {}).get(field)
        if rows is not None and not same(arranged(rows), arranged(found)):
            return f"{field}: theirs {rows!r}, ours {found!r}"
    return None


def arranged(values):
    return sorted(values, key=lambda value: json.dumps(plain(value), sort_keys=True, default=str)) if isinstance(values, list) else values


def plain(value):
    """Numbers as floats: Great Expectations writes numerics so."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)) or value in ("NaN", "Infinity", "-Infinity"):
        return "NaN" if math.isnan(float(value)) else float(value)
    return value


def same(left, right):
    left, right = plain(left), plain(right)
    if isinstance(left, float) and isinstance(right, float):
        return left == right or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right
