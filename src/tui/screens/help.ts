import { redact } from "../../core/secrets/secrets.ts";
import { padEnd } from "../../core/text.ts";
import { type Area, type Screen, yielding } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { key } from "../drawing/keys-in-words.ts";
import { blank, indented, type Row, row, type Span, span, type Tone, wrap } from "../drawing/spans.ts";
import { here, type Overlay, type Ui } from "../model/model.ts";
import { type Binding, contextInWords, labelOf, reasonAgainst } from "../state/binding.ts";
import { matches } from "../tools/filter.ts";
import { bindingsInForce, bindingsOf, keyName } from "./bindings.ts";

const terms: [name: string, words: string][] = [
  ["drop", "a folder month_NNN of CSV files, one for each table"],
  ["as of", "the day a snapshot is stamped with: the month's last"],
  ["stage, upsert", "read into a side table, then merge into the live one by key"],
  ["expectation", "a check of the data; a critical one that fails rejects the month"],
  ["snapshot, seal", "the frozen rows of one day; count and fingerprint that prove them"],
  ["absent", "a live row that the drop does not hold; it stays live"],
  ["ledger", "what was run, on which files, with what outcome"],
];

/** Columns of the names, of a third of a narrow terminal; longer ones go on in the next line. */
const nameWidthIn = (width: number) => Math.min(23, Math.floor(width / 4));

/** Every key from the table of bindings: first what works on the screen behind, then the rest. */
export function helpScreen(ui: Ui, { filter, typing, top }: Extract<Overlay, { kind: "help" }>, area: Area): Screen {
  const { screen } = here(ui);
  const names = nameWidthIn(area.width);
  const columns = { names, room: area.width - names - 6 };
  const own = bindingsOf(screen, ui.own.keys).map((binding) =>
    keyEntry(ui, binding, columns, reasonAgainst(binding, ui)),
  );
  const others = bindingsInForce(ui.own.keys)
    .filter(({ on }) => !on.includes(screen))
    .map((binding) =>
      keyEntry(ui, binding, columns, null, ` (${binding.on.slice(0, 3).map(contextInWords).join(", ")})`),
    );
  const words = terms.map(([name, meaning]) => {
    return { text: `${name} ${meaning}`, rows: entryRows(span(name, "accent"), meaning, "plain", columns) };
  });
  const faults = ui.own.faults.map((fault) => ({ text: fault, rows: entryRows(span(""), fault, "bad", columns) }));
  const lines = [
    ...section("Your keys and colours: nothing of them is in force", faults, filter),
    ...section(`On this screen: ${screen}`, own, filter),
    ...section("Elsewhere", others, filter),
    ...section("Words", words, filter).slice(0, -1),
  ];
  const none = indented(span(`No key is about that: backspace, or ${key("enter")} to go on`, "dim"));
  const last = Math.max(0, lines.length - area.height);
  const from = Math.min(top, last);
  return {
    title: [span("Help", "strong"), yielding(1, "   every key, and why one does nothing", "dim")],
    right: typing || filter !== "" ? [span(`/${redact(filter)}`, "key")] : [],
    rows: lines.length > 0 ? lines.slice(from, from + area.height) : [none],
    last,
  };
}

/** What a filter looks at, and what is shown. */
interface Entry {
  text: string;
  rows: Row[];
}

function section(title: string, entries: Entry[], filter: string): Row[] {
  const rows = entries.filter(({ text }) => matches(text, filter)).flatMap((entry) => entry.rows);
  return rows.length === 0 ? [] : [row(" ", span(title, "strong")), ...rows, blank];
}

function keyEntry(ui: Ui, binding: Binding, columns: Columns, reason: string | null, where = ""): Entry {
  const keys = binding.keys.map((one) => keyName(one, ui)).join(" ") || glyphsOf(ui.look).none;
  const help = `${binding.help}${where}`;
  const [name, words] = reason === null ? (["key", "plain"] as const) : (["dim", "dim"] as const);
  const lines = entryRows(span(keys, name), help, words, columns);
  const why = reason === null ? [] : entryRows(span(""), `not now: ${reason}`, "warn", columns);
  return { text: `${keys} ${labelOf(binding, ui)} ${help}`, rows: [...lines, ...why] };
}

/** Columns of names, and of what they mean. */
interface Columns {
  names: number;
  room: number;
}

/** A name and what it means, on as many lines as that takes: a sentence that is cut short helps nobody. */
function entryRows(name: Span, meaning: string, tone: Tone, { names, room }: Columns): Row[] {
  const lines = wrap(meaning, room, Number.POSITIVE_INFINITY);
  const named = wrap(name.text, names, Number.POSITIVE_INFINITY);
  return Array.from({ length: Math.max(lines.length, named.length) }, (_, index) =>
    indented(span(padEnd(named[index] ?? "", names), name.tone), " ", span(lines[index] ?? "", tone)),
  );
}
