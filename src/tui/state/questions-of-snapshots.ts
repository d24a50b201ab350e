import { formatCount, formatCounted } from "../../core/format.ts";
import { blank, type Row, row, span, wrap } from "../drawing/spans.ts";
import type { SnapshotDate } from "../model/lists.ts";
import type { Question, Ui } from "../model/model.ts";

/** What can be done with the snapshots of one date; dropping them wants the date typed. */

export function askExport(ui: Ui, { as_of }: SnapshotDate): Question {
  const out = `training_${as_of}.parquet`;
  const what = `Into ${out} in the working directory, in place of one that is there: the features of this date with the labels of the next month there is, and a manifest beside it.`;
  return {
    title: `Export a training set as of ${as_of}?`,
    yes: "export",
    body: [
      ...lines(ui, what),
      blank,
      row(span(`bun run console export --as-of ${as_of} --out ${out}${ui.flags}`, "dim")),
    ],
    effects: [{ do: "ask", request: { kind: "export", as_of, labels_from: null, out } }],
    typed: null,
    place: null,
  };
}

export function askDrop(ui: Ui, { as_of, entries, unsealed }: SnapshotDate): Question {
  const standing = [...entries, ...unsealed];
  const rows = standing.reduce((sum, entry) => sum + entry.rows, 0);
  const why = `${formatCount(rows)} rows in ${formatCounted(standing.length, "table")} are removed for good; live tables stay as they are, and the ledger keeps the seals.`;
  return {
    title: `Drop the snapshots of ${as_of}?`,
    yes: "drop",
    body: [...lines(ui, why), row(span(`bun run console snapshots --drop ${as_of} --yes${ui.flags}`, "dim"))],
    effects: [{ do: "ask", request: { kind: "retire", as_of } }],
    typed: { wanted: as_of, text: "" },
    place: null,
  };
}

export function askAdopt(ui: Ui): Question {
  const dates = ui.unsealed_dates.join(", ");
  const why = `No run of the ledger took the snapshots of ${dates}. They are sealed as they are, without the drops that they came from; nothing else is changed, and the next month runs as usual. \`adopt\` without --yes shows how they compare with the drops.`;
  return {
    title: "Adopt what others took?",
    yes: "seal as it is",
    body: [...lines(ui, why), blank, row(span(`bun run console adopt --yes${ui.flags}`, "dim"))],
    effects: [{ do: "ask", request: { kind: "adopt", confirmed: true } }],
    typed: null,
    place: null,
  };
}

function lines(ui: Ui, text: string): Row[] {
  return wrap(text, ui.size.columns - 6, 4).map((line) => row(line));
}
