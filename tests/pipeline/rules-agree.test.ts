import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { lastOf } from "../helpers/pipeline.ts";
import { RuledPlace, told } from "../helpers/ruled.ts";

/** Whatever the tables are and whatever comes, check and run say the same of it, fault by fault. */

setDefaultTimeout(1_800_000);
const cases = Number(process.env.RULES ?? 12);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

const types = `
  create collation nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create domain small as int constraint small_check check (value < 9);
  create type mood as enum ('good', 'bad');
  create table q (code text primary key, n int unique); insert into q values ('x', 1), ('y', 2);`;

/** What may be declared of `t`, whose columns are those of `row`. */
const rules = [
  "check (a > 0)",
  "check (a < b)",
  "check (e <> 'y') not valid",
  "check (twice < 7)",
  "check (b is null or e is not null)",
  "check (10 / (a - 5) < 9)",
  "unique (a)",
  "unique (b) deferrable",
  "unique (b) deferrable initially deferred",
  "unique (a, b)",
  "unique nulls not distinct (a, e)",
  "unique (e)",
  "exclude using gist (span with &&)",
  "exclude using gist (span with =, span with &&) where (a > 1)",
  "foreign key (e) references q",
  "foreign key (e, b) references pair match full",
  "foreign key (b) references q (n) deferrable initially deferred",
  "foreign key (k) references p",
  "foreign key (boss) references t",
  "foreign key (e) references p (e) on update cascade",
];
/** What may be declared of its snapshot table besides. */
const frozenRules = [
  "check (a < 7)",
  "check (twice > 2 or as_of > '2024-02-01')",
  "check (coalesce(b, 1) < 9)",
  "unique (as_of, a)",
  "unique (b)",
  "unique nulls not distinct (as_of, e)",
  "exclude using gist (span with &&, daterange(as_of, as_of, '[]') with &&)",
  "foreign key (e) references q",
  "foreign key (boss) references t",
  "foreign key (k) references p",
  "check (s < 8)",
  "check (e is not null)",
];
const indexes = [
  "create unique index on t (lower(e))",
  "create unique index on t (b) where a > 1",
  "create unique index on t ((a + b))",
];
const keyTypes = ["int", "numeric", "text", "text collate nd", "bool", "mood"] as const;

const cells = {
  int: ["1", "2", "3", "4", "03", "5", "6"],
  numeric: ["1", "1.0", "2", "3", "4.50", "4.5"],
  text: ["x", "y", "X", "z", "w", "v"],
  "text collate nd": ["x", "y", "X", "z", "w", "v"],
  bool: ["True", "False", "true"],
  mood: ["good", "bad", "Good"],
};
const some = (values: readonly string[]) => fc.constantFrom(...values);
/** One that is not careful may be wrong in its cells as well. */
const row = (key: keyof typeof cells, isCareful: boolean) =>
  fc.record({
    k: some(cells[key].slice(0, isCareful ? 3 : undefined)),
    a: some(["1", "2", "3", "4", "6", "7", "", ...(isCareful ? [] : ["0", "07", "q"])]),
    b: some(["1", "2", "3", "8", "9", "", ""]),
    e: some(["x", "", "z", "v", "", '"two\nlines"', ...(isCareful ? [] : ["X", "y"])]),
    m: some(["good", "bad", "", ...(isCareful ? [] : ["Bad"])]),
    s: some(["1", "8", "", ...(isCareful ? [] : ["9"])]),
    span: some(["", "", '"[1,3)"', '"[4,5)"', '"[7,9)"', ...(isCareful ? [] : ["(1", '"[2,5)"'])]),
    boss: some(["", "", ...cells[key].slice(0, 3)]),
  });
/** A careful drop repeats no key as it is written. */
const rowsOf = (key: keyof typeof cells, isCareful: boolean) =>
  isCareful
    ? fc.uniqueArray(row(key, true), { minLength: 2, maxLength: 4, selector: ({ k }) => k })
    : fc.array(row(key, false), { minLength: 1, maxLength: 6 });
const drop = (key: keyof typeof cells) =>
  fc
    .oneof({ arbitrary: fc.constant(true), weight: 3 }, { arbitrary: fc.constant(false), weight: 1 })
    .chain((isCareful) => fc.record({ p: rowsOf(key, isCareful), t: rowsOf(key, isCareful) }));
type Row = Record<string, string>;

const dataset = fc.constantFrom(...keyTypes).chain((key) =>
  fc.record({
    key: fc.constant(key),
    rules: fc.subarray(rules, { maxLength: 3 }),
    indexes: fc.subarray(indexes, { maxLength: 1 }),
    frozen: fc.subarray(frozenRules, { maxLength: 2 }),
    columns: fc.subarray(["a", "b", "e", "m", "s", "span", "boss"]),
    drops: fc.array(drop(key), { minLength: 3, maxLength: 4 }),
  }),
);

const named: Record<string, string> = {
  a: "a int",
  b: "b int",
  e: "e text",
  m: "m mood",
  s: "s small",
  span: "span int4range",
};

const text = (columns: readonly string[], rows: readonly Row[]) =>
  [columns.join(","), ...rows.map((row) => columns.map((name) => row[name]).join(","))]
    .map((line) => `${line}\n`)
    .join("");

test("they agree", async () => {
  const verdicts = { sound: 0, rejected: 0 };
  await fc.assert(
    fc.asyncProperty(dataset, async ({ key, rules, indexes, frozen, columns, drops }) => {
      const declared = [
        `k ${key} primary key`,
        ...Object.values(named),
        `boss ${key}`,
        "twice int generated always as (a * 2) stored",
      ];
      const statements = `${types}
        create table pair (e text, b int, primary key (e, b)); insert into pair values ('x', 1), ('y', 2);
        create table p (k ${key} primary key, e text unique);
        create table t (${[...declared, ...rules].join(", ").replaceAll(" not valid", "")});
        create table s (k ${key}, as_of date, ${Object.values(named).join(", ")}, boss ${key}, twice int,
          ${["primary key (k, as_of)", ...frozen].join(", ")});
        ${indexes.join(";")}`;
      const absent = ["a", "b", "e", "m", "s", "span", "boss"];
      await place.make(statements, { p: {}, t: { absent, snapshot: "s" } });
      for (const [number, { p, t }] of drops.entries()) {
        const month = `month_00${number}`;
        place.write(month, { p: text(["k", "e"], p), t: text(["k", ...columns], t) });
        const checked = await place.check(month);
        const failed = lastOf(await place.run(month), "run.failed");
        verdicts[failed === undefined ? "sound" : "rejected"]++;
        expect(checked.warnings.filter(({ title }) => title.includes("could not be held"))).toEqual([]);
        if (checked.fault_count === 0) expect(failed && `${failed.title} ${failed.hint}`).toBeUndefined();
        else {
          expect(failed?.code).toBe("drop_rejected");
          expect(told(failed?.faults ?? [])).toEqual(told(checked.faults));
        }
      }
    }),
    {
      numRuns: cases,
      endOnFailure: process.env.RULES !== undefined,
      ...(process.env.SEED !== undefined && { seed: Number(process.env.SEED) }),
    },
  );
  // Both were met.
  expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(0);
  if (cases > 100) console.log(verdicts);
});
