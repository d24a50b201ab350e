import { clip, escapeControl, padEnd } from "../../core/text.ts";
import type { Area, Screen } from "../components/block.ts";
import { keyName } from "../components/footer.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Row, row, span } from "../drawing/spans.ts";
import { matches } from "../model/lists.ts";
import { here, type Overlay, type Ui } from "../model/model.ts";
import type { Binding } from "../state/binding.ts";
import { bindings, bindingsOf, labelOf, reasonAgainst } from "../state/bindings.ts";

const signs: [name: string, words: string][] = [
  ["drop", "a folder month_NNN of CSV files, one for each table"],
  ["as of", "the day a snapshot is stamped with: the month's last"],
  ["stage, upsert", "read into a side table, then merge into the live one by key"],
  ["expectation", "a check of the data; a critical one that fails rejects the month"],
  ["snapshot, seal", "the frozen rows of one day; count and fingerprint that prove them"],
  ["absent", "a live row that the drop does not hold; it stays live"],
  ["ledger", "what was run, on which files, with what outcome"],
];

/** Every key from the table of bindings: first what works on the screen behind, then the rest. */
export function helpScreen(ui: Ui, overlay: Extract<Overlay, { kind: "help" }>, area: Area): Screen {
  const { screen } = here(ui);
  const own = bindingsOf(screen);
  const others = bindings.filter((binding) => !binding.on.includes(screen));
  const lines = [
    ...section(ui, `On this screen: ${screen}`, own, overlay.filter, area.width, true),
    ...section(ui, "Elsewhere", others, overlay.filter, area.width, false),
    ...glossary(ui, overlay.filter, area.width),
  ];
  const none = row("   ", span("No key is about that: backspace, or enter to go on", "dim"));
  const top = Math.min(overlay.top, Math.max(0, lines.length - area.height));
  const filter = overlay.typing || overlay.filter !== "" ? [span(`/${escapeControl(overlay.filter)}`, "key")] : [];
  return {
    title: [span("Help", "strong"), span("   every key, and why one does nothing", "dim")],
    right: filter,
    caption: "",
    body: [{ kind: "rows", rows: lines.length > 0 ? lines.slice(top, top + area.height) : [none] }],
  };
}

function section(
  ui: Ui,
  title: string,
  listed: readonly Binding[],
  filter: string,
  width: number,
  live: boolean,
): Row[] {
  const { ellipsis } = glyphsOf(ui.look);
  const rows = listed.flatMap((binding): Row[] => {
    const keys = binding.keys.map((key) => keyName(key, ui)).join(" ");
    const reason = live ? reasonAgainst(binding, ui) : null;
    const where = live ? "" : ` (${[...new Set(binding.on)].slice(0, 3).join(", ")})`;
    if (!matches(`${keys} ${labelOf(binding, ui)} ${binding.help}${where}`, filter)) return [];
    const help = clip(`${binding.help}${where}`, width - 29, ellipsis);
    const line = row(
      "   ",
      span(padEnd(keys, 23), reason === null ? "key" : "dim"),
      " ",
      span(help, reason === null ? "plain" : "dim"),
    );
    return reason === null
      ? [line]
      : [line, row(" ".repeat(27), span(clip(`not now: ${reason}`, width - 29, ellipsis), "warn"))];
  });
  return rows.length === 0 ? [] : [row(" ", span(title, "strong")), ...rows, row("")];
}

function glossary(ui: Ui, filter: string, width: number): Row[] {
  const { ellipsis } = glyphsOf(ui.look);
  const rows = signs
    .filter(([name, words]) => matches(`${name} ${words}`, filter))
    .map(([name, words]) => row("   ", span(padEnd(name, 23), "accent"), " ", clip(words, width - 29, ellipsis)));
  return rows.length === 0 ? [] : [row(" ", span("Words", "strong")), ...rows];
}
