import { redact } from "../../core/secrets/secrets.ts";
import { clip, padEnd } from "../../core/text.ts";
import type { Area, Screen } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { blank, indented, type Row, row, span } from "../drawing/spans.ts";
import { matches } from "../model/lists.ts";
import { here, type Overlay, type Ui } from "../model/model.ts";
import { type Binding, labelOf, reasonAgainst } from "../state/binding.ts";
import { bindings, bindingsOf, keyName } from "./bindings.ts";

const terms: [name: string, words: string][] = [
  ["drop", "a folder month_NNN of CSV files, one for each table"],
  ["as of", "the day a snapshot is stamped with: the month's last"],
  ["stage, upsert", "read into a side table, then merge into the live one by key"],
  ["expectation", "a check of the data; a critical one that fails rejects the month"],
  ["snapshot, seal", "the frozen rows of one day; count and fingerprint that prove them"],
  ["absent", "a live row that the drop does not hold; it stays live"],
  ["ledger", "what was run, on which files, with what outcome"],
];

const nameWidth = 23;

/** Every key from the table of bindings: first what works on the screen behind, then the rest. */
export function helpScreen(ui: Ui, { filter, typing, top }: Extract<Overlay, { kind: "help" }>, area: Area): Screen {
  const { screen } = here(ui);
  const room = area.width - nameWidth - 6;
  const own = bindingsOf(screen).map((binding) => keyEntry(ui, binding, room, reasonAgainst(binding, ui)));
  const others = bindings
    .filter(({ on }) => !on.includes(screen))
    .map((binding) => keyEntry(ui, binding, room, null, ` (${binding.on.slice(0, 3).join(", ")})`));
  const words = terms.map(([name, meaning]) => {
    const shown = clip(meaning, room, glyphsOf(ui.look).ellipsis);
    return { text: `${name} ${meaning}`, rows: [indented(span(padEnd(name, nameWidth), "accent"), " ", shown)] };
  });
  const lines = [
    ...section(`On this screen: ${screen}`, own, filter),
    ...section("Elsewhere", others, filter),
    ...section("Words", words, filter).slice(0, -1),
  ];
  const none = indented(span("No key is about that: backspace, or enter to go on", "dim"));
  const from = Math.min(top, Math.max(0, lines.length - area.height));
  return {
    title: [span("Help", "strong"), span("   every key, and why one does nothing", "dim")],
    right: typing || filter !== "" ? [span(`/${redact(filter)}`, "key")] : [],
    rows: lines.length > 0 ? lines.slice(from, from + area.height) : [none],
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

function keyEntry(ui: Ui, binding: Binding, room: number, reason: string | null, where = ""): Entry {
  const { ellipsis } = glyphsOf(ui.look);
  const keys = binding.keys.map((key) => keyName(key, ui)).join(" ");
  const help = `${binding.help}${where}`;
  const [name, words] = reason === null ? (["key", "plain"] as const) : (["dim", "dim"] as const);
  const line = indented(span(padEnd(keys, nameWidth), name), " ", span(clip(help, room, ellipsis), words));
  const why = row(" ".repeat(nameWidth + 4), span(clip(`not now: ${reason}`, room, ellipsis), "warn"));
  return { text: `${keys} ${labelOf(binding, ui)} ${help}`, rows: reason === null ? [line] : [line, why] };
}
