import { ConsoleError, usageError } from "../../../core/errors.ts";
import type { Profile, TableProfile } from "../../../core/messages/profiles.ts";
import type { Replies, RequestOf } from "../../../core/messages/requests.ts";
import { suggest } from "../../../core/suggest.ts";
import { lockHolder } from "../../../postgres/connection/lock.ts";
import { type KeptTable, keptProfiles, listProfiled } from "../../../postgres/ledger/profiles.ts";
import { showRun } from "../../../postgres/ledger/queries.ts";
import { listSeals } from "../../../postgres/snapshots/seals.ts";
import { runProfiled } from "../../profiles/profiled.ts";
import type { Session } from "../../session/session.ts";
import { checkDate, noSnapshot } from "../compare.ts";

type Asked = RequestOf<"profile">;
type Tables = Session["tables"];
type Place = Omit<TableProfile, "columns">;

/** What the ledger keeps of columns: under one date or all, or of a run. No row of a table is read. */
export async function browseProfiles(session: Session, asked: Asked): Promise<Replies["profile"]> {
  const { as_of, run } = asked;
  if (as_of !== null) checkDate(as_of);
  const tables = tablesNamed(session.tables, asked.table);
  requireColumn(tables, asked.column);
  const places = run === null ? await placesOfDates(session, tables, as_of) : await placesOfRun(session, tables, run);
  if (as_of !== null && places.length === 0) throw noSnapshot(as_of);
  const profiles = await Promise.all(tables.map((table) => withColumns(session, table, places, asked.column)));
  const order = new Map(tables.map(({ name }, index) => [name, index]));
  const place = ({ table }: Place) => order.get(table) ?? 0;
  return {
    profiles: profiles.flat().sort((a, b) => (a.as_of === b.as_of ? place(a) - place(b) : a.as_of < b.as_of ? -1 : 1)),
  };
}

async function withColumns({ sql }: Session, table: Tables[number], all: readonly Place[], column: string | null) {
  const { name, live } = table;
  const places = all.filter((place) => place.table === name);
  const runs = places.map(({ run }) => run);
  const kept = runs.length === 0 ? new Map<number, Profile[]>() : await keptProfiles(sql, name, runs, column);
  const withKey = (one: Profile): Profile => (live.key.includes(one.column) ? { ...one, of_key: true } : one);
  return places.map((place): TableProfile => ({ ...place, columns: kept.get(place.run)?.map(withKey) ?? null }));
}

/** Each sealed snapshot, by the run that sealed it, and what is not frozen by the newest publication that was profiled. */
async function placesOfDates(session: Session, tables: Tables, asOf: string | null): Promise<Place[]> {
  const { sql, dataset } = session;
  const isAsked = (one: { as_of: string }) => asOf === null || one.as_of === asOf;
  const [seals, profiled] = await Promise.all([listSeals(sql, dataset.name), listProfiled(sql, dataset.name)]);
  return tables.flatMap(({ name: table, snapshot }): Place[] => {
    if (snapshot === null) return newestOf(profiled.filter((one) => one.table === table && isAsked(one)));
    const frozen = snapshot.table.name;
    return seals.flatMap((seal) => {
      if (seal.table !== frozen || seal.run === null || !isAsked(seal)) return [];
      const { as_of, month } = seal;
      return [{ as_of, month, run: runProfiled(seal, table, profiled) ?? seal.run, table, snapshot: frozen }];
    });
  });
}

/** Of each date; the newest run comes first. */
function newestOf(profiled: readonly KeptTable[]): Place[] {
  const dates = Map.groupBy(
    profiled.filter(({ published }) => published),
    ({ as_of }) => as_of,
  );
  return [...dates.values()].flatMap(([newest]) => {
    if (newest === undefined) return [];
    const { as_of, month, run, table } = newest;
    return [{ as_of, month, run, table, snapshot: null }];
  });
}

async function placesOfRun({ sql, dataset }: Session, tables: Tables, run: number): Promise<Place[]> {
  const detail = await showRun(sql, dataset.name, run, await lockHolder(sql, dataset.name));
  if (detail === null) {
    throw new ConsoleError("unknown_run", `The ledger has no run ${run}.`, {
      hint: "`runs` lists the runs there are.",
    });
  }
  const { as_of, month } = detail;
  return tables.map(({ name: table, snapshot }) => ({
    ...{ as_of, month, run, table },
    snapshot: snapshot?.table.name ?? null,
  }));
}

/** The table of that name, live or snapshot, or all. */
function tablesNamed(tables: Tables, wanted: string | null): Tables {
  if (wanted === null) return tables;
  const named = tables.filter(({ name, snapshot }) => [name, snapshot?.table.name].includes(wanted));
  if (named.length > 0) return named;
  const names = tables.map(({ name }) => name);
  const meant = suggest(wanted, names);
  throw usageError(
    `The dataset has no table "${wanted}".`,
    meant === null ? `Its tables are ${names.join(", ")}.` : `Did you mean ${meant}?`,
  );
}

function requireColumn(tables: Tables, wanted: string | null): void {
  const names = [...new Set(tables.flatMap(({ live }) => live.columns.map(({ name }) => name)))];
  if (wanted === null || names.includes(wanted)) return;
  const meant = suggest(wanted, names);
  const where = tables.length === 1 ? `Table ${tables[0]?.name}` : "The dataset";
  throw usageError(
    `${where} has no column "${wanted}".`,
    meant === null ? "`profile` without --column shows all there are." : `Did you mean ${meant}?`,
  );
}
