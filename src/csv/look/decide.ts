import { plainDialect } from "../../core/written/dialect.ts";
import type { Written, WrittenSetting } from "../../core/written/settings.ts";
import type { Candidate } from "./candidates.ts";
import type { ColumnLook } from "./column-look.ts";

/** What is proposed of a column: its type, and why it is nothing else. */
export interface Decision {
  type: string;
  /** How its values can be read in two ways, or why they are texts though each is something else. */
  undecided: string | null;
  /** True where the file itself says what its values are. */
  isStored?: boolean;
}

/** A setting, and the first value that asks for it; null where that is none of a column, or of no line. */
export interface Reason {
  setting: WrittenSetting;
  column: string | null;
  line: number | null;
}

interface Decided {
  columns: Map<string, Decision>;
  written: Written;
  reasons: Reason[];
}

const lists: readonly WrittenSetting[] = ["dates", "timestamps", "true", "false"];

/** One way to write for all columns of a file: what each needs that can be one thing only, then what is left of the others. */
export function decide(looks: ReadonlyMap<string, ColumnLook>, textual: ReadonlySet<string>): Decided {
  const decided: Decided = { columns: new Map(), written: {}, reasons: [] };
  const readings = new Map(
    [...looks].map(([name, look]): [string, Candidate[]] => [name, textual.has(name) ? [] : look.readings()]),
  );
  const clear = [...readings].filter(([, ways]) => ways.length === 1);
  for (const [name, [only]] of clear) if (only !== undefined) take(decided, name, only, looks.get(name));
  for (const [name, ways] of readings) {
    if (ways.length === 1) continue;
    const fitting = ways.filter(({ written }) => isSaid(written, decided.written));
    const [only, ...others] = fitting;
    if (only !== undefined && others.length === 0) take(decided, name, only, looks.get(name));
    else decided.columns.set(name, { type: "text", undecided: inWords(ways) });
  }
  nullWords(decided, looks);
  return decided;
}

function take(
  { columns, written, reasons }: Decided,
  column: string,
  { type, written: own }: Candidate,
  look?: ColumnLook,
) {
  for (const [name, value] of Object.entries(own) as [WrittenSetting, string | string[]][]) {
    const before = written[name];
    const isList = lists.includes(name) && Array.isArray(value);
    if (before !== undefined && !isList && before !== value) {
      columns.set(column, {
        type: "text",
        undecided: `its values want "${name}" to be ${JSON.stringify(value)}, others ${JSON.stringify(before)}`,
      });
      return;
    }
  }
  for (const [name, value] of Object.entries(own) as [WrittenSetting, string | string[]][]) {
    const before = written[name];
    const joined = Array.isArray(value) ? [...new Set([...((before as string[] | undefined) ?? []), ...value])] : value;
    Object.assign(written, { [name]: joined });
    const line = before === undefined ? look?.firstLine() : null;
    if (line != null) reasons.push({ setting: name, column, line });
  }
  columns.set(column, { type, undecided: null });
}

/** Whether all that it asks for was asked for by others. */
function isSaid(own: Written, all: Written): boolean {
  return Object.entries(own).every(([name, value]) => {
    const said = all[name as WrittenSetting];
    return Array.isArray(value) && Array.isArray(said)
      ? value.every((one) => (said as string[]).includes(one))
      : said === value;
  });
}

function inWords(ways: readonly Candidate[]): string | null {
  const [one, other] = ways.map(({ written }) => JSON.stringify(written));
  return other === undefined ? null : `its values fit ${one} and ${other}: ask the sender which it is`;
}

/** Words that stand where a column of another type has nothing. */
function nullWords({ columns, written, reasons }: Decided, looks: ReadonlyMap<string, ColumnLook>): void {
  const found = new Set<string>();
  for (const [column, look] of looks) {
    if (columns.get(column)?.type === "text") continue;
    for (const [word, { line }] of look.words) {
      if (!found.has(word)) reasons.push({ setting: "null", column, line });
      found.add(word);
    }
  }
  if (found.size > 0) written.null = [...plainDialect.null, ...found];
}
