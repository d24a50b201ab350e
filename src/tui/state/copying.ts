import { formatBytes, formatCounted } from "../../core/format.ts";
import type { UnexpectedRow } from "../../core/messages/unexpected.ts";
import { program } from "../../core/self.ts";
import { shellWord } from "../../core/settings.ts";
import { commandOfInit, commandOfSuite } from "../../core/suites/commands.ts";
import { findingsShown } from "../model/findings.ts";
import { commandOfRun } from "../model/headless.ts";
import {
  cursorOf,
  pointsShown,
  runViewAt,
  selectedColumnMonth,
  selectedDate,
  selectedMonth,
  selectedRun,
  selectedSuite,
  selectedVerdict,
} from "../model/lists.ts";
import { here, type Place, type PlaceOf, type ScreenName, sampleName, sealName, type Ui } from "../model/model.ts";
import { knownValues, valueAt } from "../model/values.ts";
import type { Reaction } from "./binding.ts";
import { askRun } from "./questions.ts";
import { hint, stay } from "./stack.ts";

/** What is copied where it is not a command. */
const copied: Partial<Record<ScreenName, string>> = {
  validation: "the SQL",
  verdict: "the value",
  snapshots: "the row",
  findings: "what was found",
  answer: "all of it",
  trend: "all points",
};

export function copy(ui: Ui): Reaction {
  const place = here(ui);
  const text = textOf(ui, place);
  return text ? copyText(ui, text, copied[place.screen] ?? "the command") : "There is nothing to copy here.";
}

/** Bytes that a terminal takes at most, some less, before they are encoded; a longer text would be cut without a word. */
export const clipboardLimit = 55_000;

/** Told as copied only where it is: what the clipboard does not take is told as that. */
export function copyText(ui: Ui, text: string, what: string): Reaction {
  const bytes = Buffer.byteLength(text);
  if (bytes > clipboardLimit)
    return `Not copied: ${what} takes ${formatBytes(bytes)}, and a terminal's clipboard ${formatBytes(clipboardLimit)}.`;
  return stay(hint(ui, `Copied ${what}.`, "good"), { do: "copy", text });
}

function selectedValue(ui: Ui, place: PlaceOf<"verdict">): UnexpectedRow | null {
  const known = knownValues(ui, place);
  return (known && valueAt(known, cursorOf(ui, place))) ?? null;
}

function valueFields({ key, value, file, line }: UnexpectedRow): string[] {
  return [...Object.values(key), value ?? "", file ?? "", line === null ? "" : String(line)];
}

/** All values as CSV, of as many as a clipboard takes. */
export function copyAll(ui: Ui): Reaction {
  const place = here(ui);
  if (place.screen !== "verdict") return "There is no list of values here.";
  const known = knownValues(ui, place);
  const found = known === null ? [] : Array.from({ length: known.total }, (_, index) => valueAt(known, index));
  const rows = found.filter((row) => row !== undefined);
  if (known === null || rows.length === 0) return "There is nothing to copy here.";
  if (rows.length < found.length || !known.all) {
    const note = ui.samples[sampleName(place.run, place.position)]?.sql_note ?? "";
    return `Not copied: ${formatCounted(found.length, "value")} are too many for a clipboard. ${note}`;
  }
  const head = [...Object.keys(rows[0]?.key ?? {}), "value", "file", "line"];
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [head, ...rows.map(valueFields)].map((cells) => cells.map(cell).join(","));
  return copyText(ui, `${lines.join("\n")}\n`, formatCounted(rows.length, "value"));
}

/** The SQL that finds the values, where one does. */
export function copySql(ui: Ui): Reaction {
  const place = here(ui);
  const samples = place.screen === "verdict" ? ui.samples[sampleName(place.run, place.position)] : undefined;
  if (samples === undefined || samples.sql === null) return samples?.sql_note || "There is no SQL here.";
  return copyText(ui, samples.sql, "the SQL");
}

/** The file of the drop, at the line of the value under the cursor. */
export function edit(ui: Ui): Reaction {
  const place = here(ui);
  const row = place.screen === "verdict" ? selectedValue(ui, place) : null;
  if (row === null) return "There is no value here.";
  if (row.file === null) return "Where this value stands in a file is not known.";
  return stay(ui, { do: "edit", path: row.file, line: row.line });
}

function textOf(ui: Ui, place: Place): string | null | undefined {
  switch (place.screen) {
    case "months": {
      const entry = selectedMonth(ui);
      return entry && askRun(ui, entry).command;
    }
    case "run": {
      const view = runViewAt(ui, place.run);
      return view && commandOfRun(view, ui);
    }
    case "validation": {
      const verdict = selectedVerdict(ui);
      return place.run === null || verdict === null ? null : ui.samples[sampleName(place.run, verdict.position)]?.sql;
    }
    case "verdict": {
      const row = selectedValue(ui, place);
      return row && valueFields(row).join("\t");
    }
    case "snapshots":
      return selectedDate(ui)
        ?.entries.map((entry) => {
          const state = ui.seals[sealName(entry)]?.state ?? "sealed";
          return [entry.as_of, entry.table, entry.rows, entry.fingerprint, state].join("\t");
        })
        .join("\n");
    case "trend":
      return pointsShown(ui, place)
        .map(({ as_of, observed, verdict }) => [as_of, observed ?? "", verdict].join("\t"))
        .join("\n");
    case "answer":
      return ui.told[place.line]?.text.trimEnd();
    case "findings": {
      const found = findingsShown(ui, place)?.[cursorOf(ui)];
      return found && [found.name, found.detail, found.remedy ?? ""].filter(Boolean).join("\n");
    }
    case "columns":
      return `${program} profile ${place.as_of}${place.table === null ? "" : ` --table ${shellWord(place.table)}`}${ui.flags}`;
    case "column": {
      const month = selectedColumnMonth(ui);
      return (
        month &&
        `${program} profile ${month.as_of} --table ${shellWord(place.table)} --column ${shellWord(place.column)}${ui.flags}`
      );
    }
    case "compare":
      return `${program} compare ${place.from} ${place.to}${ui.flags}`;
    case "runs": {
      const entry = selectedRun(ui);
      return entry && `${program} show ${entry.run}${ui.flags}`;
    }
    case "suites": {
      const suite = selectedSuite(ui);
      if (suite === null) return null;
      const { path, table } = suite;
      return path === null ? commandOfInit(table, ui.flags) : commandOfSuite(path, table, ui.flags);
    }
  }
}
