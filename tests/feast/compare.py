"""Holds what Feast gives for lists of keys and dates against what `export` wrote.

    python compare.py REPOSITORY '[{"as_of": "2024-01-31", "file": "january.parquet"}, ...]' KEY ...

All dates are asked for at once, each for every key that any of the files has. Prints a JSON object: cells compared, those that
differ, and cells that are there for whom the export has none.
"""

import json
import sys
from datetime import date, datetime, timedelta, timezone

import pandas as pd
import pyarrow.parquet as parquet
from feast import FeatureStore


def plain(value):
    return value.date() if isinstance(value, datetime) else value


def asked(store, service, entities):
    got = store.get_historical_features(pd.DataFrame(entities), store.get_feature_service(service)).to_arrow()
    return got.column_names, got.to_pylist()


def main(repository, exports, *key):
    store = FeatureStore(repository)
    written = {one["as_of"]: parquet.read_table(one["file"]) for one in exports}
    users = sorted({tuple(row[name] for name in key) for table in written.values() for row in table.to_pylist()})
    days = {day: datetime.combine(date.fromisoformat(day), datetime.min.time(), timezone.utc) for day in written}

    def listed(after):
        return [dict(zip(key, user), as_of=days[day] + after) for day in written for user in users]

    cells, differing, strangers = 0, [], []
    names, rows = asked(store, "training", listed(timedelta(0)))
    order = written[exports[0]["as_of"]].column_names
    later = {
        (tuple(row[name] for name in key), plain(row["as_of"])): row
        for row in asked(store, "serving", listed(timedelta(days=9)))[1]
    }
    for row in rows:
        user, day = tuple(row[name] for name in key), plain(row["as_of"])
        table = written[day.isoformat()]
        found = [one for one in table.to_pylist() if tuple(one[name] for name in key) == user]
        features = [name for name in names if name not in (*key, "as_of")]
        if not found:
            strangers += [[user, str(day), name] for name in features if row[name] is not None]
            continue
        after = later[(user, day + timedelta(days=9))]
        for name in features:
            cells += 1
            if plain(row[name]) != plain(found[0][name]):
                differing.append([user, str(day), name, str(row[name]), str(found[0][name])])
            if name in after and after[name] != row[name]:
                differing.append([user, f"{day} and 9 days", name, str(after[name]), str(row[name])])
    same_order = sorted(names) == sorted(order)
    print(json.dumps({"cells": cells, "same_columns": same_order, "differing": differing, "strangers": strangers}))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), *sys.argv[3:])
