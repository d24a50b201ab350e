import { expect, test } from "bun:test";
import { type Environment, resolveSettings, type SettingFlags, settingFlags } from "../../src/core/settings.ts";
import { commandOfRun } from "../../src/tui/model/headless.ts";
import { month } from "../helpers/made-up.ts";

/** A command that was copied has to mean what the screen shows, in the shell that the console was started from. */

const url = "postgresql://me:secret@db.example.org/app";

test.each<[SettingFlags, Environment, string]>([
  [{}, {}, ""],
  [{}, { DATABASE_URL: url, STREAMFLOW_HOME: "/srv" }, ""],
  [{}, { POSTGRES_HOST: "db.example.org", POSTGRES_USER: "me" }, ""],
  [{ database: "embedded" }, { DATABASE_URL: url }, " --database embedded"],
  [{ database: "embedded" }, { POSTGRES_USER: "me" }, " --data data/seeds --home .streamflow --database embedded"],
  [{ database: url }, {}, " --database URL"],
  [{ dataset: "shop" }, {}, " --dataset shop"],
  [{}, { STREAMFLOW_DATASET: "shop" }, ""],
  [{ home: ".streamflow", data: "my drops" }, { STREAMFLOW_HOME: "/srv" }, " --data 'my drops' --home .streamflow"],
])("given %j in %j it takes the options%j", (flags, env, wanted) => {
  expect(settingFlags(resolveSettings(flags, env), env)).toBe(wanted);
});

test("a run under a stamp of its own names it, and what was adopted was no run", () => {
  const months = [{ ...month(0, "new", null), as_of: "2024-01-15", own_stamp: true }, month(1, "new", null)];
  const command = (name: string, as_of: string, mode: "publish" | "adopt") =>
    commandOfRun({ run: 1, month: name, as_of, mode, outcome: "rejected" }, { months, live: null, flags: "" });
  expect(command("month_000", "2024-01-15", "publish")).toBe("bun run console --month month_000 --as-of 2024-01-15");
  expect(command("month_001", "2024-02-29", "publish")).toBe("bun run console --month month_001");
  expect(command("month_000", "2024-01-15", "adopt")).toBe("bun run console adopt --yes");
});

test.each([
  ["new", "rejected", ""],
  ["changed", "rejected", ""],
  // Its files are published as they lie there: without --force nothing is run.
  ["ok", "rejected", " --force"],
  ["new", "published", " --force"],
  ["ok", "unchanged", " --force"],
] as const)("of a month that is %s, a run that was %s is run again by --month month_001%s", (state, outcome, force) => {
  const run = { run: 1, month: "month_001", as_of: "2024-02-29", mode: "publish", outcome } as const;
  const known = { months: [month(1, state, null)], live: null, flags: "" };
  expect(commandOfRun(run, known)).toBe(`bun run console --month month_001${force}`);
});
