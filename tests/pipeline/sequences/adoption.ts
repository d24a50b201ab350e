import { isDeepStrictEqual } from "node:util";
import type { Adoption, TableAgreement } from "../../../src/core/messages/seals.ts";
import { adopt } from "../../../src/pipeline/run/adopt.ts";
import type { Session } from "../../../src/pipeline/session/session.ts";
import { type Delivery, deliveredColumn, extraColumn, extraTable } from "./deliveries.ts";
import { holdEqual } from "./hold.ts";
import { frozenOf } from "./model.ts";
import { judgeSeals } from "./runs.ts";
import { monthOfName, placeOf, type Sight, standingDates } from "./sight.ts";

interface Surroundings {
  before: Sight;
  files: ReadonlyMap<number, Delivery>;
  lookAgain(): Promise<Sight>;
}

/** What stands without a seal is listed as it is, held against the drops, and, once confirmed, sealed; no row changes. */
export async function judgeAdopt(
  session: Session,
  confirmed: boolean,
  { before, files, lookAgain }: Surroundings,
): Promise<Sight> {
  const told = await adopt(session, confirmed);
  const after = await lookAgain();
  const unsealed = unsealedPlaces(before);
  const listed = told.dates.flatMap(({ as_of, snapshots }) =>
    snapshots.map(({ table, rows }) => `${placeOf({ table, as_of })}: ${rows}`),
  );
  holdEqual(
    "adopted",
    listed.sort(),
    [...unsealed].map(([place, rows]) => `${place}: ${rows}`).sort(),
    "unsealed rows",
  );
  judgeMonths(told, before);
  holdEqual("whole", [after.live, after.frozen], [before.live, before.frozen], "rows after adopt");
  const known = new Set(before.seals.map(placeOf));
  const fresh = after.seals.filter((seal) => !known.has(placeOf(seal)));
  const set = fresh.map((seal) => `${placeOf(seal)}: ${seal.rows} ${seal.mode}`);
  const wanted = [...unsealed].map(([place, rows]) => `${place}: ${rows} adopt`);
  holdEqual("adopted", set.sort(), confirmed ? wanted.sort() : [], "seals that adopt set");
  judgeSeals(before, after);
  for (const date of told.dates) judgeAgreement(date, before, files);
  return after;
}

/** How many rows stand in each snapshot that has rows and no seal. */
function unsealedPlaces({ frozen, seals }: Sight): Map<string, number> {
  const sealed = new Set(seals.map(placeOf));
  const all = [...frozen].flatMap(([table, dates]) =>
    [...dates].map(([asOf, rows]): [string, number] => [placeOf({ table, as_of: asOf }), rows.size]),
  );
  return new Map(all.filter(([place]) => !sealed.has(place)));
}

function judgeMonths({ dates }: Adoption, before: Sight): void {
  const standing = standingDates(before);
  for (const { as_of, month } of dates) {
    const months = standing.filter((one) => one.asOf === as_of).map((one) => one.month);
    holdEqual("adopted", months.includes(monthOfName(month)), true, `${as_of} as ${month}, of ${months}`);
  }
}

function judgeAgreement(date: Adoption["dates"][number], { frozen, live }: Sight, files: Surroundings["files"]): void {
  const { as_of, month, drop } = date;
  if (drop === null) return;
  const delivered = files.get(monthOfName(month));
  if (delivered === undefined) {
    holdEqual("adopted", drop.state, "absent", `the drop of ${month}`);
    return;
  }
  // Whether a file has the column that others gave a table, or took from it, is for other tests.
  const isPlain = [live.get(extraTable), delivered.get(extraTable)].every((rows) => {
    const [first] = rows?.values() ?? [];
    return first !== undefined && !(extraColumn in first);
  });
  if (drop.state === "faulty" && !isPlain) return;
  holdEqual("adopted", drop.state, "compared", `the drop of ${month}`);
  if (drop.state !== "compared") return;
  for (const { columns: _, ...told } of drop.tables) {
    const [first] = frozen.get(told.table)?.get(as_of)?.values() ?? [];
    if (first !== undefined && extraColumn in first) continue;
    const counted = agreementOf(told.table, as_of, frozen, delivered);
    holdEqual("adopted", told, counted, `${told.table} as of ${as_of} against ${month}`);
  }
}

function agreementOf(
  table: string,
  asOf: string,
  frozen: Sight["frozen"],
  files: Delivery,
): Omit<TableAgreement, "columns"> {
  const here = frozen.get(table)?.get(asOf) ?? new Map();
  const wanted = frozenOf(files, 0, table);
  const both = [...here].filter(([user]) => wanted.has(user));
  const same = both.filter(([user, row]) => {
    const columns = Object.keys(row).filter((name) => name !== deliveredColumn);
    const cellsOf = (cells: Readonly<Record<string, unknown>> = {}) => columns.map((name) => cells[name] ?? null);
    return isDeepStrictEqual(cellsOf(row), cellsOf(wanted.get(user)));
  });
  return {
    ...{ table, equal: same.length, rounded: 0, different: both.length - same.length },
    ...{ only_here: here.size - both.length, only_in_drop: wanted.size - both.length },
  };
}
