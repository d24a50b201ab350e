import { formatCounted } from "../../core/format.ts";
import type { Check } from "../../core/messages/listings.ts";
import { isWeak, renewal } from "../../core/messages/seals.ts";
import { coveredBy } from "../../postgres/snapshots/sealing.ts";
import { isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { type Past, readPast, type Stamp } from "../drop/past.ts";
import type { Session } from "../session/session.ts";

/** What `doctor` says of the months and dates that have a past here: their order, their seals, and what is not ours. */
export async function checkPast(session: Session): Promise<Check[]> {
  const past = await readPast(session.sql, session);
  return [checkStamps(past), checkSeals(session, past), checkOrigin(past)];
}

/** Pairs of dates that would put labels beside features of their own month, or of a later one. */
function checkStamps({ stamps }: Past): Check {
  const pairs = stamps.flatMap((earlier, place) =>
    stamps.slice(place + 1).flatMap((later) => {
      const isTwice = earlier.as_of !== later.as_of && earlier.index === later.index;
      const isReversed = earlier.index > later.index;
      const isShared = earlier.as_of === later.as_of && earlier.index !== later.index;
      if (isTwice) return [`${name(later)} has two dates, ${earlier.as_of} and ${later.as_of}`];
      if (isReversed) return [`${name(earlier)} is stamped ${earlier.as_of}, before ${name(later)} (${later.as_of})`];
      return isShared ? [`${name(earlier)} and ${name(later)} share ${later.as_of}`] : [];
    }),
  );
  const dates = new Set(stamps.map(({ as_of }) => as_of)).size;
  if (pairs.length === 0)
    return {
      name: "stamps",
      state: "ok",
      detail: `${formatCounted(dates, "date")}, in the order of their months`,
      remedy: null,
    };
  return {
    name: "stamps",
    state: "warn",
    detail: `Not in the order of their months: ${pairs.join("; ")}.`,
    remedy:
      "Models would be trained on what was not known then: remove the date that is wrong by `snapshots --drop DATE`, " +
      "and run its month again with --backfill.",
  };
}

function name({ month, as_of }: Stamp): string {
  return month ?? `what stands as of ${as_of}`;
}

function checkSeals({ tables }: Session, { seals }: Past): Check {
  const check = { name: "seals", remedy: null };
  const outgrown = seals.filter((seal) => {
    const table = tables.filter(isFrozen).find(({ snapshot }) => snapshot.table.name === seal.table);
    return table !== undefined && coveredBy(table, seal).lost.length > 0;
  });
  if (outgrown.length > 0) {
    const told = outgrown.map(({ table, as_of }) => `${table} as of ${as_of}`).join(", ");
    return {
      ...check,
      state: "warn",
      detail: `Columns that were sealed are gone, or of another type: ${told}.`,
      remedy: "Put them back as they were, or take these snapshots anew from their drops with --restamp --backfill.",
    };
  }
  const weak = seals.filter(isWeak).length;
  if (weak === 0) return { ...check, state: "ok", detail: formatCounted(seals.length, "seal") };
  return {
    ...check,
    state: "warn",
    detail: `${weak} of ${formatCounted(seals.length, "seal")} ${weak === 1 ? "is" : "are"} of an older, weak kind.`,
    remedy: `Some changes do not break them. \`${renewal}\` renews those whose rows still agree with their drop.`,
  };
}

function checkOrigin({ holding, stamps, nowhere }: Past): Check {
  const check = { name: "origin", remedy: null };
  if (nowhere.length > 0) {
    return {
      ...check,
      state: "warn",
      detail: `Snapshot rows stand as of ${nowhere.join(", ")}, which is no day of any month.`,
      remedy: "No command takes them up: correct or delete them by SQL. `snapshots` lists their tables.",
    };
  }
  const unsealed = [...new Set(stamps.filter(({ sealed }) => !sealed).map(({ as_of }) => as_of))];
  if (holding.kind === "undated") {
    return {
      ...check,
      state: "warn",
      detail: "The live tables hold rows of unknown origin.",
      remedy: "A run changes none of them: run the month that they came from first, or empty the live tables.",
    };
  }
  const isCopied = holding.kind === "month" && holding.by === "copy";
  if (unsealed.length === 0 && !isCopied) {
    return { ...check, state: "ok", detail: "all rows are of runs in the ledger" };
  }
  const told = [
    ...(isCopied ? [`No run vouches for the live rows; they are taken for those of ${holding.asOf}.`] : []),
    ...(unsealed.length > 0 ? [`Rows that no run took stand as of ${unsealed.join(", ")}.`] : []),
  ];
  return {
    ...check,
    state: "warn",
    detail: told.join(" "),
    remedy:
      "No month older than those goes into the live tables. `adopt` shows them and, with --yes, seals them as they are; " +
      "`snapshots --drop DATE` removes one.",
  };
}
