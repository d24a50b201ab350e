import { formatCount } from "../../core/format.ts";
import { suggest } from "../../core/suggest.ts";
import { showValue } from "../../core/text.ts";
import { isOf } from "../../core/written/file-names.ts";
import { inOrder, unreadForm } from "./naming.ts";

const mostTold = 5;

/** What the folder has that nobody expects, where one of them may be the file that is missing; `files` are those of all tables. */
export function whatIsThere(file: string, names: readonly string[], files: readonly string[]): string {
  const packed = names.find((name) => unreadForm(name, file) !== null);
  if (packed !== undefined) return `; there is ${unreadForm(packed, file)}`;
  const others = names.filter((name) => !name.startsWith(".") && !files.some((one) => isOf(name, one)));
  const near = others.find((name) => stemOf(name) === stemOf(file)) ?? suggest(file, others);
  if (near !== null) return `; there is ${showValue(near)}${howToTake(near)}`;
  if (others.length === 0) return "";
  const more = others.length > mostTold ? ` and ${formatCount(others.length - mostTold)} more` : "";
  return `; what else is there: ${others.sort(inOrder).slice(0, mostTold).map(showValue).join(", ")}${more}`;
}

/** Where the manifest has to name it to have it read. */
function howToTake(name: string): string {
  return /\.(?:zip|parquet)$/.test(name)
    ? `, which the manifest takes as ${JSON.stringify({ file: name }).slice(1, -1)}`
    : "";
}

/** What a name begins with before its ending, or before what a pattern leaves open. */
function stemOf(name: string): string {
  return name.replace(/[-_.]*[.*].*$/, "").toLowerCase();
}
