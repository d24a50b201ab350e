import { formatBytes } from "../../core/format.ts";
import { program } from "../../core/self.ts";
import { commandOfInit, commandOfSuite } from "../../core/suites/commands.ts";
import { commandOfRun } from "../model/headless.ts";
import { runViewAt, selectedDate, selectedMonth, selectedRun, selectedSuite, selectedVerdict } from "../model/lists.ts";
import { here, type Place, type ScreenName, sampleName, sealName, type Ui } from "../model/model.ts";
import type { Reaction } from "./binding.ts";
import { askRun } from "./questions.ts";
import { hint, stay } from "./stack.ts";

/** What is copied where it is not a command. */
const copied: Partial<Record<ScreenName, string>> = { validation: "the SQL", verdict: "the SQL", snapshots: "the row" };

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
    case "verdict":
      return ui.samples[sampleName(place.run, place.position)]?.sql;
    case "snapshots":
      return selectedDate(ui)
        ?.entries.map((entry) => {
          const state = ui.seals[sealName(entry)]?.state ?? "sealed";
          return [entry.as_of, entry.table, entry.rows, entry.fingerprint, state].join("\t");
        })
        .join("\n");
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
