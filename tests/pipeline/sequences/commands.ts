import * as fc from "fast-check";
import type { RunFlags } from "../../helpers/pipeline.ts";
import { lastDay, type Rewriting, tables } from "./deliveries.ts";

/** One of what is there at the time, by its place among all; larger numbers begin anew. */
type Pick = number;

/** A file that is replaced once a run has come so far. */
export interface Replacing {
  stage: "validate" | "snapshot";
  table: string;
  how: "corrected" | "disguised" | "same";
}

/** What others do to the tables by SQL of their own. */
export type Hand =
  | { hand: "update" | "flip the sign of" | "delete" | "insert beside"; of: "frozen" | "live"; pick: Pick }
  | { hand: "truncate live" }
  | { hand: "freeze live rows"; asOf: string }
  | { hand: "run the older flow"; month: number; asOf: string }
  | { hand: "add a column"; to: "live" | "frozen" | "both"; filled: boolean }
  | { hand: "drop the column" };

export type Command =
  | { do: "run"; months: Months; flags: RunFlags; replacing: Replacing | null }
  | { do: "rewrite"; month: number | "each"; rewriting: Rewriting }
  | { do: "drop"; pick: Pick }
  | { do: "adopt"; confirmed: boolean }
  | { do: "export"; pick: Pick; labels: Pick | null }
  | { do: "lose the ledger"; by: "truncate" | "drop schema" }
  | { do: "hand"; hand: Hand };
export type Months = number | "0..1" | "pending" | "all";

/** Months that sequences play with; another comes after them. */
export const months = [0, 1, 2, 3];
const month = fc.constantFrom(...months);
const pick = fc.nat(40);
/** The months' own days, days within them, and a typing error. */
const day = fc.constantFrom(...months.map(lastDay), "2024-01-15", "2024-02-15", "2024-04-10", "2025-02-28");

const kinds = fc.oneof(
  { arbitrary: fc.constant<RunFlags>({}), weight: 5 },
  { arbitrary: fc.constant<RunFlags>({ backfill: true }), weight: 2 },
  ...[{ force: true }, { restamp: true }, { restamp: true, backfill: true }, { dry_run: true }].map((flags) => ({
    arbitrary: fc.constant<RunFlags>(flags),
    weight: 1,
  })),
);
const stamp = fc.oneof(
  { arbitrary: fc.constant<RunFlags>({}), weight: 4 },
  { arbitrary: day.map((as_of): RunFlags => ({ as_of })), weight: 1 },
);
const replacing = fc.record<Replacing>({
  stage: fc.constantFrom("validate", "snapshot"),
  table: fc.constantFrom(...tables),
  how: fc.constantFrom("corrected", "disguised", "same"),
});

const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 14 }, { arbitrary: value, weight: 1 });

const oneMonth = fc
  .tuple(month, kinds, stamp, seldom(replacing))
  .map(([months, kind, at, file]): Command => ({ do: "run", months, flags: { ...kind, ...at }, replacing: file }));
const several = fc
  .tuple(fc.constantFrom<Months>("0..1", "pending", "all"), kinds)
  .map(([months, flags]): Command => ({ do: "run", months, flags, replacing: null }));

const rewriting = fc.oneof(
  {
    arbitrary: fc.constantFrom<Rewriting>(
      ...(["corrected", "corrected", "disguised", "shrunk", "grown", "same"] as const).map((how) => ({ how })),
    ),
    weight: 8,
  },
  { arbitrary: month.map((from): Rewriting => ({ how: "borrowed", from })), weight: 2 },
);

const hand: fc.Arbitrary<Hand> = fc.oneof(
  fc.record({
    hand: fc.constantFrom("update" as const, "flip the sign of" as const, "delete" as const, "insert beside" as const),
    of: fc.constantFrom("frozen" as const, "live" as const),
    pick,
  }),
  fc.constant({ hand: "truncate live" }),
  day.map((asOf) => ({ hand: "freeze live rows" as const, asOf })),
  month.map((of) => ({ hand: "run the older flow" as const, month: of, asOf: lastDay(of) })),
  fc.record({
    hand: fc.constant("add a column" as const),
    to: fc.constantFrom("live" as const, "frozen" as const, "both" as const, "both" as const),
    filled: fc.boolean(),
  }),
  fc.constant({ hand: "drop the column" }),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: oneMonth, weight: 9 },
  { arbitrary: several, weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constant("rewrite" as const),
      month: fc.oneof({ arbitrary: month, weight: 3 }, { arbitrary: fc.constant("each" as const), weight: 2 }),
      rewriting,
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant("drop" as const), pick }), weight: 2 },
  { arbitrary: fc.constant<Command>({ do: "adopt", confirmed: false }), weight: 1 },
  { arbitrary: fc.constant<Command>({ do: "adopt", confirmed: true }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant("export" as const), pick, labels: fc.option(pick) }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constant("lose the ledger" as const),
      by: fc.constantFrom("truncate" as const, "drop schema" as const),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ do: fc.constant("hand" as const), hand }), weight: 4 },
);

/** What there is at the beginning: nothing, or the months that an older flow took. */
const beginning = fc.oneof(
  { arbitrary: fc.constant(0), weight: 2 },
  { arbitrary: fc.constant(1), weight: 1 },
  { arbitrary: fc.constant(2), weight: 1 },
);
const older = (taken: number): Command[] =>
  months.slice(0, taken).map((month) => {
    return { do: "hand", hand: { hand: "run the older flow", month, asOf: lastDay(month) } };
  });

/** Sequences of so many commands at most, which a counterexample prints one a line. */
export const sequences = fc
  .tuple(beginning, fc.array(command, { minLength: 1, maxLength: 12, size: "max" }))
  .map(([taken, drawn]) => [...older(taken), ...drawn])
  .map((commands) => Object.assign(commands, { [fc.toStringMethod]: () => `\n${commands.map(told).join("\n")}` }));

/** Such as `run 1 backfill as_of=2024-01-15`. */
function told(command: Command): string {
  const words = (value: unknown): string => {
    if (typeof value !== "object" || value === null) return String(value);
    const entries = Object.entries(value).filter(([, one]) => one !== null);
    return entries
      .map(([key, one]) => (one === true ? key : typeof one === "object" ? `${key} (${words(one)})` : `${key}=${one}`))
      .join(" ");
  };
  const { do: deed, ...rest } = command;
  if (command.do !== "run") return `  ${deed} ${words(rest)}`;
  const { months: which, flags, replacing: file } = command;
  return `  run ${which} ${words(flags)}${file === null ? "" : ` replacing (${words(file)})`}`;
}
