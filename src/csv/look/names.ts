/** Names that SQL would take for words of its own (PostgreSQL 18, those that are reserved). */
const reserved = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column " +
    "concurrently constraint create cross current_catalog current_date current_role current_schema current_time " +
    "current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full " +
    "grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime " +
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right " +
    "select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using " +
    "variadic verbose when where window with"
  ).split(" "),
);

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
