/** Why a test cannot have a cluster for its server. */
const reasons = {
  second: "on a cluster a run does all of its work on one connection: there is no second one to meet",
  triggers: "Citus takes no tables with triggers",
  keys: "unique and foreign keys of a distributed table are by the column that says where a row lies, whose value stays",
  parts: "a cluster writes a table in one statement: its rows lie in no one order by which they could be divided",
  dump: "what pg_dump takes of a cluster comments on Citus, which only a superuser may as it is restored",
  conversion: "what Citus distributed is not converted",
  locks:
    "Citus locks a table's parts before the table: who has locked that and then writes to all of it may be ended as a deadlock",
  pool: "whoever reads a cluster keeps commits out by a connection of its own: of so small a pool there is none left for it",
} as const;

/** Of the tests in tests/pipeline those that cannot, by the beginnings of their names; all of a file where there are none. */
const notThere: { file: string; tests: string[]; why: keyof typeof reasons }[] = [
  { file: "beside", tests: ["in one database"], why: "second" },
  {
    file: "customers",
    tests: ["an error of the server that a trigger raises", "a session that is ended in the middle"],
    why: "triggers",
  },
  {
    file: "customers",
    tests: ["an error of the server of a unique index", "an error of the server of an exclusion"],
    why: "keys",
  },
  { file: "dry-run", tests: ["a dry run of several months where a key"], why: "keys" },
  {
    file: "dry-run",
    tests: ["a dry run of several months where a trigger", "keeps nobody from reading"],
    why: "triggers",
  },
  { file: "foreign-stage", tests: [], why: "second" },
  { file: "other-hands", tests: ["triggers and rules one that", "triggers and rules on a snapshot"], why: "triggers" },
  { file: "other-hands", tests: ["another session that writes what is there"], why: "locks" },
  {
    file: "pooler",
    tests: ["a transaction at a time, 1 conn", "a session, 2 conn", "a session, one connection: listings"],
    why: "pool",
  },
  { file: "progress", tests: ["a table of several parts"], why: "parts" },
  { file: "retry", tests: ["a stage that could not be emptied"], why: "triggers" },
  { file: "partition", tests: [], why: "conversion" },
  { file: "restored", tests: ["without its owners"], why: "dump" },
  { file: "staged-rows", tests: [], why: "triggers" },
  { file: "standing-rows", tests: ["of a user too many"], why: "keys" },
  { file: "recorded", tests: ["the first file: failed", "of which a trigger refuses"], why: "triggers" },
];

/** Of a file, the names of its tests that are left out, as the beginning of a pattern; null where it has none left. */
export function patternFor(path: string): string | null {
  const name = /([^/]+)\.test\.ts$/.exec(path)?.[1];
  const own = notThere.filter(({ file }) => file === name);
  if (own.some(({ tests }) => tests.length === 0)) return null;
  const names = own.flatMap(({ tests }) => tests);
  return names.length === 0 ? "" : `^(?!.*(?:${names.join("|")}))`;
}

/** The list, a line each, for whoever runs the others. */
export function toldAs(): string[] {
  return notThere.map(({ file, tests, why }) => `left out: ${file} ${tests.join(", ") || "(all)"}: ${reasons[why]}`);
}
