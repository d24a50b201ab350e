import { formatCount } from "../../core/format.ts";
import { suggest } from "../../core/suggest.ts";
import { showValue } from "../../core/text.ts";

/** Compressed in ways that are not read. */
const unread: Record<string, string> = {
  ".bz2": "bzip2",
  ".xz": "xz",
  ".zip": "zip",
  ".lz4": "lz4",
  ".br": "brotli",
  ".7z": "7-Zip",
};

const mostTold = 5;

/** What the folder has that nobody expects, where one of them may be the file that is missing. */
export function whatIsThere(file: string, names: readonly string[], expected: ReadonlySet<string>): string {
  const packed = Object.keys(unread).find((ending) => names.includes(file + ending));
  if (packed !== undefined) {
    return `; there is ${file}${packed}, and ${unread[packed]} is not read: compress it by gzip or zstd, or not at all`;
  }
  const others = names.filter((name) => !expected.has(name) && !name.startsWith("."));
  const near = others.find((name) => stemOf(name) === stemOf(file)) ?? suggest(file, others);
  if (near !== null) return `; there is ${showValue(near)}`;
  if (others.length === 0) return "";
  const more = others.length > mostTold ? ` and ${formatCount(others.length - mostTold)} more` : "";
  return `; what else is there: ${others.sort().slice(0, mostTold).map(showValue).join(", ")}${more}`;
}

function stemOf(name: string): string {
  return name.replace(/\..*$/, "").toLowerCase();
}
