import { ConsoleError, type FailureCode } from "../../../src/core/errors.ts";
import type { TrainingColumn } from "../../../src/core/messages/training.ts";
import { retireSnapshots } from "../../../src/pipeline/answers/retire.ts";
import { exportTrainingSet } from "../../../src/pipeline/answers/training/export.ts";
import { verifySeals } from "../../../src/pipeline/answers/verify.ts";
import type { Session } from "../../../src/pipeline/session/session.ts";
import { type Cell, type Cells, frozenTables } from "./deliveries.ts";
import { hold, holdEqual, holdRows } from "./hold.ts";
import { inColumns, type Model, type Sealed } from "./model.ts";
import { judgeSeals } from "./runs.ts";
import { placeOf, type Sight } from "./sight.ts";

/** What else the console is asked, held against the model. */

/** How a seal stands by its rows alone: as they were when it was set, or not, or gone. */
function stateOf({ table, as_of: asOf, columns, rows: sealed, held }: Sealed, { frozen }: Sight) {
  const rows = frozen.get(table)?.get(asOf) ?? new Map<string, Cells>();
  if (rows.size === 0 && sealed > 0) return "missing";
  const [first] = rows.values();
  if (columns.some((column) => !(column in (first ?? {})))) return "broken";
  const now = inColumns(rows, columns);
  try {
    holdRows("verified", now, held, "");
    return "intact";
  } catch {
    return "broken";
  }
}

export async function judgeVerify(session: Session, { sealed }: Model, sight: Sight): Promise<void> {
  const { seals } = await verifySeals(session, null);
  const told = new Map(seals.map((seal) => [placeOf(seal), seal.state]));
  const wanted = [...sealed].map(([place, seal]) => [place, stateOf(seal, sight)] as const);
  const found = wanted.map(([place]) => [place, told.get(place)] as const);
  holdEqual("verified", found, wanted, "seals");
  holdEqual("verified", told.size, wanted.length, "number of seals");
}

/** Drop a date: its rows and seals go, all of them lifted, and nothing else does. */
export async function judgeRetire(
  session: Session,
  asOf: string,
  before: Sight,
  lookAgain: () => Promise<Sight>,
): Promise<Sight> {
  const isThere =
    before.seals.some((seal) => seal.as_of === asOf) || [...before.frozen.values()].some((d) => d.has(asOf));
  const refused = await refusalOf(retireSnapshots(session, asOf));
  holdEqual("exits", refused, isThere ? null : "unknown_snapshot", `drop ${asOf}`);
  const after = await lookAgain();
  const wanted = [...before.frozen].map(([table, dates]) => [
    table,
    new Map([...dates].filter(([day]) => day !== asOf)),
  ]);
  holdEqual("whole", [...after.frozen], wanted, `snapshots after a drop of ${asOf}`);
  holdEqual("whole", after.live, before.live, "live tables");
  holdEqual(
    "whole",
    after.seals,
    before.seals.filter((seal) => seal.as_of !== asOf),
    "seals",
  );
  judgeSeals(before, after);
  return after;
}

/** Null when it was done. */
async function refusalOf(work: Promise<unknown>): Promise<FailureCode | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof ConsoleError) return error.code;
    throw error;
  }
}

interface ExportWish {
  as_of: string;
  labels_from: string | null;
  out: string;
}

/** A training set that is written is of sealed rows alone, with a later month's labels. Returns whether it was. */
export async function judgeExport(session: Session, model: Model, sight: Sight, wish: ExportWish): Promise<boolean> {
  const refused = await refusalOf(exportTrainingSet(session, wish));
  if (refused !== null) {
    const usual: FailureCode[] = ["unknown_snapshot", "leak", "seal_broken"];
    hold("exits", usual.includes(refused), () => `export ${JSON.stringify(wish)}: ${refused}`);
    return false;
  }
  const manifest: { labels_from: string; columns: TrainingColumn[] } = await Bun.file(
    `${wish.out}.manifest.json`,
  ).json();
  const labelTable = frozenTables.labels ?? "";
  const sealOf = (table: string) => model.sealed.get(placeOf({ table, as_of: dayOf(table) }));
  const dayOf = (table: string) => (table === labelTable ? manifest.labels_from : wish.as_of);
  const label = sealOf(labelTable);
  for (const table of Object.values(frozenTables)) {
    const seal = sealOf(table);
    hold("training", seal !== undefined && stateOf(seal, sight) === "intact", () => `${table} as of ${dayOf(table)}`);
    const isLater = table === labelTable || (label?.month ?? "") > (seal?.month ?? "");
    hold("training", isLater, () => `labels of ${label?.month} beside ${table} of ${seal?.month}`);
  }
  const [header = [], ...rows] = (await Bun.file(wish.out).text())
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  holdEqual(
    "training",
    header,
    manifest.columns.map(({ name }) => name),
    "columns",
  );
  for (const row of rows) {
    for (const [index, { name, source }] of manifest.columns.entries()) {
      if (source === null) continue;
      const cell = sealOf(source)?.held.get(row[0] ?? "")?.[name] ?? null;
      holdEqual("training", row[index], asWritten(cell), `${name} of ${row[0]}`);
    }
  }
  return true;
}

function asWritten(cell: Cell): string {
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return cell === null ? "" : String(cell);
}
