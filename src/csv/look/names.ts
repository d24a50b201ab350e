import { reserved } from "../../core/naming/sql-words.ts";

const longest = 50;

/** A name for a column or a table that needs no quotes in SQL: `PULocationID` is `pu_location_id`. Empty where nothing is left. */
export function sqlNameFor(text: string): string {
  const words = text
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1_$2")
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1_$2")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\d]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  const name = words.slice(0, longest).replace(/_+$/, "");
  if (/^\d/.test(name)) return `n_${name}`;
  return reserved.has(name) ? `${name}_` : name;
}

/** The columns' names, each once; null for one that has none. */
export function columnNames(cells: readonly string[]): (string | null)[] {
  const taken = new Set<string>();
  return cells.map((cell) => {
    const bare = cell.trim();
    if (bare === "") return null;
    const name = sqlNameFor(bare) || "column";
    let free = name;
    for (let nth = 2; taken.has(free); nth++) free = `${name}_${nth}`;
    taken.add(free);
    return free;
  });
}
