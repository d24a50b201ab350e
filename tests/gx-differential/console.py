"""What the console says of a table: the validation result that `validate --json` prints."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def validated(url, table, expectations):
    suite = {"name": "differential", "expectations": expectations}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suite.json"
        path.write_text(json.dumps(suite), encoding="utf-8")
        command = ["bun", str(ROOT / "src" / "main.ts"), "validate", "--suite", str(path), "--table", table, "--json"]
        done = subprocess.run([*command, "--database", url, "--home", folder], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"the console failed: {done.stderr}")
    return json.loads(done.stdout)


def source_url(url, schema=None):
    """The URL as Great Expectations takes it, where a socket has a host beside it; `schema` is where names are looked up."""
    url = url.replace("postgresql://", "postgresql+psycopg2://").replace("@/", "@localhost/")
    return url if schema is None else f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"


def tell_release(document, installed):
    """The release that was asked, and the one that results of the console name."""
    held = document["meta"]["great_expectations_version"]
    print(f"Great Expectations {installed}" + ("" if held == installed else f"; results of the console name {held}"))
