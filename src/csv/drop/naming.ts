import { showValue } from "../../core/text.ts";
import { isOf, isPattern, readEndings } from "../../core/written/file-names.ts";

/** Compressed in ways that are not read. */
const unread: Record<string, string> = {
  ".bz2": "bzip2",
  ".xz": "xz",
  ".lz4": "lz4",
  ".br": "brotli",
  ".7z": "7-Zip",
};

/** Which names of a folder are the files of a table, and why they cannot be them all. */
export interface Naming {
  names: string[];
  conflict: string | null;
}

/** By the manifest's name or pattern: parts of a table in the order in which they are read. */
export function namingOf(file: string, files: readonly string[], names: readonly string[]): Naming {
  if (!isPattern(file)) {
    const found = readEndings.map((ending) => file + ending).filter((name) => names.includes(name));
    return { names: found, conflict: found.length > 1 ? `the drop has ${found.join(" and ")}` : null };
  }
  const exact = new Set(
    files.filter((one) => !isPattern(one)).flatMap((one) => readEndings.map((ending) => one + ending)),
  );
  const found = names.filter((name) => !exact.has(name) && isOf(name, file)).sort(inOrder);
  const twice = found.find((name) => readEndings.some((ending) => ending !== "" && found.includes(name + ending)));
  if (twice !== undefined) {
    const forms = readEndings.map((ending) => twice + ending).filter((name) => found.includes(name));
    return { names: found, conflict: `the drop has ${forms.map(showValue).join(" and ")}` };
  }
  const packed = names.map((name) => unreadForm(name, file)).find((one) => one !== null);
  if (found.length > 0 && packed !== undefined) return { names: found, conflict: `there is ${packed}` };
  const others = files.filter((one) => one !== file && isPattern(one));
  for (const name of found) {
    const other = others.find((one) => isOf(name, one));
    if (other !== undefined) return { names: found, conflict: `${showValue(name)} fits ${file} and ${other}` };
  }
  return { names: found, conflict: null };
}

/** Words for a name that may be a file of the table and is compressed in a way that is not read; null for any other. */
export function unreadForm(name: string, file: string): string | null {
  const ending = Object.keys(unread).find((one) => name.endsWith(one) && isOf(name.slice(0, -one.length), file));
  if (ending === undefined) return null;
  return `${showValue(name)}, and ${unread[ending]} is not read: compress it by gzip, zstd or zip, or not at all`;
}

const byNumber = new Intl.Collator("en", { numeric: true });

/** By the numbers in them, so that part 10 comes after part 9. */
export function inOrder(one: string, other: string): number {
  return byNumber.compare(one, other) || (one < other ? -1 : 1);
}
