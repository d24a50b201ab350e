import { statusWord } from "../../client/words.ts";
import { formatAge, formatCount, formatCounted } from "../../core/format.ts";
import type { RunEntry } from "../../core/messages/listings.ts";
import { displayWidth } from "../../core/text.ts";
import { type Area, awaitedRows, emptyRows, listRows, type Screen } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { type Span, span } from "../drawing/spans.ts";
import { tookInWords } from "../model/estimate.ts";
import { cursorOf, runsShown } from "../model/lists.ts";
import { outcomeTones } from "../model/log.ts";
import type { PlaceOf, Ui } from "../model/model.ts";
import { passedOf, warnedSign } from "../model/months.ts";
import { gravestSign } from "../model/verdicts.ts";
import { at, type Binding, keysOn } from "../state/binding.ts";
import { stay, withHere } from "../state/stack.ts";

export const runsKeys: readonly Binding[] = keysOn(["runs"], {
  keys: ["f"],
  label: "status",
  help: "Show only runs of one status: each press takes the next",
  act: at("runs", (ui, place) => {
    const present = Object.keys(outcomeTones).filter((status) => ui.runs?.some((run) => run.status === status));
    const status = present[present.indexOf(place.status ?? "") + 1] ?? null;
    return stay(withHere(ui, { ...place, status, list: { ...place.list, selected: null } }));
  }),
});

function columnsOf({ now, look }: Ui, items: readonly RunEntry[]): Column<RunEntry>[] {
  const glyphs = glyphsOf(look);
  const { none } = glyphs;
  const areSigned = items.some((entry) => signOfChecks(entry, glyphs) !== null);
  const checksOf = (entry: RunEntry) => checks(entry, glyphs, areSigned);
  return [
    { title: "RUN", width: 5, align: "right", gap: 0, cell: ({ run }) => String(run) },
    { title: "MONTH", width: 9, cell: ({ month }) => month },
    { title: "AS OF", width: 10, drop: 3, cell: ({ as_of }) => span(as_of, "dim") },
    {
      title: "STATUS",
      width: 12,
      cell: (entry) => [span(statusWord(entry.status), outcomeTones[entry.status]), ...warnedSign(entry, glyphs)],
    },
    { title: "STARTED", width: 9, align: "right", cell: ({ started_at }) => formatAge(Date.parse(started_at), now) },
    { title: "TOOK", width: 8, align: "right", drop: 1, cell: (entry) => span(tookInWords(entry) ?? none, "dim") },
    {
      title: "ROWS",
      width: 10,
      align: "right",
      drop: 4,
      cell({ tables }) {
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        return rows === 0 ? span(none, "dim") : formatCount(rows);
      },
    },
    {
      title: "CHECKS",
      width: items.reduce((most, entry) => Math.max(most, displayWidth(checksOf(entry).text)), 7),
      align: "right",
      cell: checksOf,
    },
    { title: "MODE", width: 8, drop: 5, flex: true, cell: ({ mode }) => span(mode.replace("_", " "), "dim") },
    {
      title: "STARTED AT, UTC",
      width: 19,
      drop: 9,
      cell: ({ started_at }) => span(started_at.slice(0, 19).replace("T", " "), "dim"),
    },
  ];
}

function signOfChecks({ expectations, status }: RunEntry, glyphs: Glyphs): Span | null {
  return gravestSign(expectations, status === "rejected", glyphs);
}

/** Counts stand below each other, where any of them has a sign. */
function checks(entry: RunEntry, glyphs: Glyphs, areSigned: boolean): Span {
  const counted = passedOf(entry, glyphs);
  const sign = signOfChecks(entry, glyphs);
  return sign === null ? span(counted + (areSigned ? "  " : "")) : span(`${counted} ${sign.text}`, sign.tone);
}

/** The ledger: every run, newest on top. */
export function runsScreen(ui: Ui, place: PlaceOf<"runs">, area: Area): Screen {
  const items = runsShown(ui, place);
  const status = place.status === null ? "" : `, ${statusWord(place.status)} only`;
  const all = ui.runs?.length ?? 0;
  const some = items.length === all ? "" : `${formatCount(items.length)} of `;
  return {
    title: [span("Runs", "strong"), span(`   the ledger${status}`, "dim")],
    right: ui.runs === null ? [] : [span(`${some}${formatCounted(all, "run")}`, "dim")],
    rows:
      items.length === 0
        ? empty(ui, place)
        : listRows(ui, { columns: columnsOf(ui, items), items, cursor: cursorOf(ui, place), area }),
  };
}

function empty(ui: Ui, place: PlaceOf<"runs">) {
  if (ui.runs === null) return awaitedRows(ui, { kind: "runs" }, "reading the ledger");
  if (ui.runs.length === 0)
    return emptyRows(ui, "Nothing was run yet.", `${key("esc")} goes back to the months; ${key("r")} there runs one`);
  return emptyRows(
    ui,
    "No run fits.",
    place.status === null
      ? `${key("esc")} clears the filter`
      : `${key("f")} takes the next status; ${key("esc")} clears the filter`,
  );
}
