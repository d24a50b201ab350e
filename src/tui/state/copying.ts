import { commandOfRun } from "../model/headless.ts";
import { cursorIn, namesShown, runViewAt, selectedMonth } from "../model/lists.ts";
import { here, sampleName, sealName, type Ui } from "../model/model.ts";

/** A text for the clipboard, with the words that tell what it is. */
export interface Copied {
  what: string;
  text: string;
}

/** What `y` copies here; null where there is nothing to copy. */
export function copied(ui: Ui): Copied | null {
  const place = here(ui);
  const names = namesShown(ui);
  const name = names[cursorIn(names, place)];
  switch (place.screen) {
    case "months": {
      const entry = selectedMonth(ui);
      return entry === null ? null : command({ ...entry, mode: "publish" }, ui);
    }
    case "run": {
      const view = runViewAt(ui, place.run);
      return view === null ? null : command(view, ui);
    }
    case "validation":
      return place.run === null ? null : sqlOf(ui, place.run, Number(name));
    case "verdict":
      return sqlOf(ui, place.run, place.position);
    case "snapshots": {
      const rows = (ui.snapshots ?? []).filter((entry) => entry.as_of === name);
      const lines = rows.map((entry) => {
        const state = ui.seals[sealName(entry)]?.state ?? "sealed";
        return [entry.as_of, entry.table, entry.rows, entry.fingerprint, state].join("\t");
      });
      return lines.length === 0 ? null : { what: "the row", text: lines.join("\n") };
    }
    case "compare":
      return { what: "the command", text: `bun run console compare ${place.from} ${place.to}${ui.flags}` };
    case "runs":
      return name === undefined ? null : { what: "the command", text: `bun run console show ${name}${ui.flags}` };
  }
}

function sqlOf(ui: Ui, run: number, position: number): Copied | null {
  const sql = ui.samples[sampleName(run, position)]?.sql;
  return sql ? { what: "the SQL", text: sql } : null;
}

function command(run: Parameters<typeof commandOfRun>[0], ui: Ui): Copied {
  return { what: "the command", text: commandOfRun(run, ui) };
}
