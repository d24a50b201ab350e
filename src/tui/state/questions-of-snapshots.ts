import { formatCount, formatCounted } from "../../core/format.ts";
import type { SnapshotDate } from "../select/lists.ts";
import { blank, row, span } from "../spans.ts";
import { wrap } from "../wrap.ts";
import type { Question, Ui } from "./model.ts";

/** What can be done with the snapshots of one date; dropping them wants the date typed. */

export function askExport(ui: Ui, { as_of }: SnapshotDate): Question {
  const out = `training_${as_of}.parquet`;
  return {
    title: `Export a training set as of ${as_of}?`,
    yes: "export",
    body: [
      row(span(out, "strong"), " in the working directory, in place of one that is there"),
      row("Its features, with the labels of the next month there is; the manifest stands beside it."),
      blank,
      row(span(`bun run console export --as-of ${as_of} --out ${out}${ui.flags}`, "dim")),
    ],
    effects: [{ do: "ask", request: { kind: "export", as_of, labels_from: null, out } }],
    typed: null,
    place: null,
  };
}

export function askDrop(ui: Ui, { as_of, entries }: SnapshotDate): Question {
  const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
  const why = `${formatCount(rows)} rows in ${formatCounted(entries.length, "table")} are removed for good; live tables stay as they are, and the ledger keeps the seals.`;
  return {
    title: `Drop the snapshots of ${as_of}?`,
    yes: "drop",
    body: [
      ...wrap(why, ui.size.columns - 6, 3).map((line) => row(line)),
      row(span(`bun run console snapshots --drop ${as_of} --yes${ui.flags}`, "dim")),
    ],
    effects: [{ do: "ask", request: { kind: "retire", as_of } }],
    typed: { wanted: as_of, text: "" },
    place: null,
  };
}
