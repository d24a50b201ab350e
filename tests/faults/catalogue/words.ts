import { scenarios } from "../scenarios.ts";
import { asIfNothing, type Fault } from "./fault.ts";

/** What may be written where a month, a date or a file is to be; nothing of it reaches a statement or a file. */
const misspelt: readonly (readonly [name: string, words: readonly string[]])[] = [
  ["a month that climbs", ["--month", "../month_001"]],
  ["a month that is a path", ["--month", "/etc/passwd"]],
  ["a month that is SQL", ["--month", "month_001'; drop table users; --"]],
  ["a month that writes to the terminal", ["--month", "\u001b]0;owned\u0007"]],
  ["a month that there is not", ["--month", "77"]],
  ["a month that is empty", ["--month", ""]],
  ["a range without end", ["--month", "0..99999999"]],
  ["a day that there is not", ["--month", "1", "--as-of", "2023-02-29"]],
  ["a date that is SQL", ["--month", "1", "--as-of", "2024-02-29'; drop table users; --"]],
  ["a flag that there is not", ["--month", "1", "--forse"]],
  ["a command that there is not", ["mnths"]],
  ["a run that there is not", ["show", "99999"]],
  ["a run that is SQL", ["show", "1; drop table users"]],
  ["a URL where a command is to be", ["postgresql://me:Canary-7f3e-must-not-sing@host/db"]],
  ["a snapshot that there is not", ["compare", "2020-01-31", "2020-02-29"]],
  ["an export outside of everything", ["export", "2024-01-31", "--out", "/no/such/folder/set.csv"]],
  ["a suite that is no file", ["validate", "--suite", "/etc/passwd", "--table", "users"]],
  ["a table that is SQL", ["validate", "--suite", "db/expectations/users.json", "--table", "users; drop table users"]],
];

function said([name, words]: (typeof misspelt)[number]): Fault {
  return {
    name,
    provoke: (trial) => trial.start([...words, ...trial.lease.words]).outcome,
    expected: { exit: 2, says: /^[^\u001b]*$/ },
    ...(/climbs|SQL|terminal|URL/.test(name) && { isFixed: true }),
    isAlike: true,
  };
}

/** A machine elsewhere, and a clock that is not like others. */
const elsewhere: readonly (readonly [name: string, env: Record<string, string>])[] = [
  ["a machine in Apia", { TZ: "Pacific/Apia" }],
  ["a machine in Kiritimati", { TZ: "Pacific/Kiritimati" }],
  ["a machine in no zone", { TZ: "No/Where" }],
  ["a machine that speaks Turkish", { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" }],
  ["a machine of the C locale", { LANG: "C", LC_ALL: "C" }],
  ["no home folder", { HOME: "/no/such/home" }],
  [
    "variables for libpq that lead elsewhere",
    { PGHOST: "no-such-host.invalid", PGUSER: "nobody", PGDATABASE: "none", PGSSLMODE: "disable" },
  ],
];

function at([name, env]: (typeof elsewhere)[number]): Fault {
  return {
    name,
    provoke: (trial) => trial.start([...trial.scenario.words, ...trial.lease.words], env).outcome,
    expected: asIfNothing,
    ...(/Apia|libpq/.test(name) && { isFixed: true }),
  };
}

const leapDay: Fault = {
  name: "the 29th of February by hand",
  scenario: { ...scenarios.next, name: "a leap day", words: ["--month", "1", "--as-of", "2024-02-29"] },
  provoke: (trial) => trial.again(),
  expected: asIfNothing,
};

/** The ledger's lines are of tomorrow by then. */
const clockSetBack: Fault = {
  name: "a clock that was set back by a day",
  isFixed: true,
  arrange: ({ lease: { sql } }) => sql`
    update console.runs set started_at = started_at + interval '1 day', finished_at = finished_at + interval '1 day'`,
  provoke: (trial) => trial.again(),
  expected: asIfNothing,
};

const diedTomorrow: Fault = {
  name: "a run of tomorrow that nobody ended",
  arrange: ({ lease: { sql } }) => sql`
    insert into console.runs (dataset, month, as_of, mode, operator, host, process, backend_pid, started_at)
    select dataset, 'month_001', '2024-02-29', mode, operator, host, process, backend_pid, started_at + interval '1 day'
      from console.runs`,
  provoke: (trial) => trial.again(),
  expected: asIfNothing,
};

/** What the command line and the machine may say. */
export const words: readonly Fault[] = [
  ...misspelt.map(said),
  ...elsewhere.map(at),
  leapDay,
  clockSetBack,
  diedTomorrow,
];
