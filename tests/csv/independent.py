"""Reads files by Python's csv, decimal and datetime, in the dialects that it is told of, one a line on its input."""

import base64
import csv
import datetime
import decimal
import io
import json
import re
import sys

FORMS = {
    "DD/MM/YYYY": "%d/%m/%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYYMMDD": "%Y%m%d",
    "DD.MM.YYYY": "%d.%m.%Y",
    "YYYY/MM/DD": "%Y/%m/%d",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DD MMM YYYY": "%d %b %Y",
}


def number(text, written):
    thousands = written.get("thousands")
    sign = written.get("decimal", ".")
    whole, _, rest = text.partition(sign)
    if thousands and thousands in rest:
        raise ValueError(text)
    if thousands and thousands in whole:
        groups = whole.lstrip("-").split(thousands)
        if not 1 <= len(groups[0]) <= 3 or groups[0].startswith("0") or any(len(one) != 3 for one in groups[1:]):
            raise ValueError(text)
        whole = whole.replace(thousands, "")
    if sign != "." and "." in whole + rest:
        raise ValueError(text)
    plain = whole + ("." + rest if sign in text else "")
    if not re.fullmatch(r"-?(\d+(\.\d+)?|\.\d+)", plain, re.ASCII):
        raise ValueError(text)
    return decimal.Decimal(plain)


def cell(text, kind, written):
    if text in written.get("null", [""]):
        return None
    if kind == "int4" or kind == "numeric":
        value = number(text, written)
        if kind == "int4" and value != value.to_integral_value():
            raise ValueError(text)
        return str(value.normalize() + 0)
    if kind == "bool":
        if text.lower() in written.get("true", ["true"]):
            return "True"
        if text.lower() in written.get("false", ["false"]):
            return "False"
        raise ValueError(text)
    if kind == "date":
        found = set()
        for form in written.get("dates", ["YYYY-MM-DD"]):
            try:
                found.add(datetime.datetime.strptime(text, FORMS[form]).date().isoformat())
            except ValueError:
                pass
        if len(found) != 1:
            raise ValueError(text)
        return found.pop()
    return text


def without_comments(text, sign, quote, backslash):
    """Python's csv knows none. A line within quotes is none."""
    kept = ""
    for line in text.splitlines(keepends=True) if sign else [text]:
        before = re.sub(r"\\.", "", kept) if backslash else kept
        if not (sign and line.startswith(sign) and before.count(quote) % 2 == 0):
            kept += line
    return kept


def read(path, kinds, written):
    quote = written.get("quote", '"')
    backslash = written.get("escape") == "backslash"
    with open(path, encoding=written.get("encoding", "utf-8"), newline="") as file:
        text = without_comments(file.read(), written.get("comment"), quote, backslash)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=written.get("delimiter", ","),
        quotechar=None if quote == "none" else quote,
        quoting=csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL,
        doublequote=not backslash,
        escapechar="\\" if backslash else None,
        strict=True,
    )
    rows = [row for row in reader if row]
    trims = written.get("trim") == "all"
    clean = [[one.strip() if trims else one for one in row] for row in rows[1:]]
    if any(len(row) != len(kinds) for row in clean):
        raise ValueError("ragged")
    return [[cell(one, kind, written) for one, kind in zip(row, kinds)] for row in clean]


for line in sys.stdin:
    job = json.loads(line)
    try:
        if "encode" in job:
            print(json.dumps({"bytes": base64.b64encode(job["encode"].encode(job["encoding"])).decode()}))
            continue
        print(json.dumps({"rows": read(job["path"], job["kinds"], job["written"])}))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
