import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";

/** Whatever part of a run fails, the ledger tells that it failed, in which stage, and why; no run stays as if it went on. */

setDefaultTimeout(60_000);

const users = ["u1", "u2", "u3"];
const place = emptiedWorkplace((drops) => drops.write("month_000", smallDrop(users)));

/** Run the month with this in its way. What it tells last and what the ledger holds agree. */
async function failsOver(obstacle: string, undo: string, month = "month_000") {
  const { sql } = place.database;
  await sql.unsafe(obstacle);
  try {
    const end = lastOf(await ranIn(place.pipeline, [month]), "run.failed");
    const [run] = await sql<{ status: string; stage: string | null; code: string; title: string; hint: string }[]>`
      select status, failed_stage as stage, failure_code as code, failure_title as title, failure_hint as hint
        from console.runs order by run desc limit 1`;
    if (end === undefined || run === undefined) throw new Error("the run did not fail, or was not begun");
    const { stage, code, title } = end;
    expect({ stage: run.stage, code: run.code, title: run.title }).toEqual({ stage, code, title });
    expect(end.hint.startsWith(run.hint)).toBe(true);
    expect(end.run).not.toBeNull();
    return { ...run, told: end };
  } finally {
    await sql.unsafe(undo);
  }
}

/** A function that fails for rows, or for statements that have this in them. */
const failing = (on: string) => `
  create function fails() returns trigger language plpgsql as $$ begin raise exception 'in the way'; end $$;
  create trigger fails ${on} execute function fails()`;
const unfailing = "drop function fails() cascade";
const forbidding = (statement: string) => `
  create function forbids() returns event_trigger language plpgsql as
    $$ begin if current_query() like '%${statement}%' then raise exception 'not here'; end if; end $$;
  create event trigger forbids on ddl_command_start execute function forbids()`;
const unforbidding = "drop event trigger if exists forbids; drop function if exists forbids()";

describe("a fault in the way of", () => {
  test.each([
    ["the staging tables", "ingest", `drop table stage.labels; ${forbidding("create unlogged table")}`, unforbidding],
    ["a seal", "snapshot", failing("before insert on console.seals for each row"), unfailing],
    [
      "the commit",
      "snapshot",
      failing("after insert on console.seals deferrable initially deferred for each row").replace(
        "create trigger",
        "create constraint trigger",
      ),
      unfailing,
    ],
  ])("%s: failed, in %s", async (_, stage, obstacle, undo) => {
    const { status, ...run } = await failsOver(obstacle, undo);
    expect({ status, stage: run.stage }).toEqual({ status: "failed", stage });
    expect(run.title).toMatch(/a function of this database refused it/);
    expect(run.title).toMatch(/function (fails|forbids)/);
    expect(run.hint).toContain("\\sf");
  });

  test("the last live table, of which a trigger refuses rows: rejected, in upsert", async () => {
    const { status, stage, told } = await failsOver(failing("before insert on labels for each row"), unfailing);
    expect({ status, stage }).toEqual({ status: "rejected", stage: "upsert" });
    const reason = "the trigger fails of labels, by its function fails, refuses the row";
    expect(told.faults).toContainEqual({ file: "labels.csv", line: 2, code: "row_refused", reason });
  });

  test("the ledger's own detail: its stage and words are kept all the same", async () => {
    place.drops.write("month_000", {
      ...smallDrop(users),
      "labels.csv": [
        ["user_id", "churn_label"],
        ["u1", "odd"],
      ],
    });
    const { status, stage, told } = await failsOver(
      failing("before insert on console.run_faults for each row"),
      unfailing,
    );
    expect([status, stage]).toEqual(["rejected", "ingest"]);
    expect(told.hint).toContain("What else was found is not in the ledger");
  });
});

describe("a fault while the lines of faults are searched", () => {
  const search = forbidding("create temporary table");
  const repeated = {
    ...smallDrop(users),
    "labels.csv": [
      ["user_id", "churn_label"],
      ["u1", "True"],
      ["u1", "False"],
    ],
  };

  test("of repeated keys: failed, and why its lines are not told", async () => {
    place.drops.write("month_000", repeated);
    const { status, stage, code, title, hint } = await failsOver(search, unforbidding);
    expect([status, stage, code]).toEqual(["failed", "upsert", "not_as_planned"]);
    expect(title).toMatch(/labels_\w*pkey.*key user_id|key user_id.*labels_\w*pkey/);
    expect(hint).toContain("could not be found out: PostgreSQL: a function of this database refused it");
  });

  test("of orphaned keys, which the server found: failed, naming the constraint", async () => {
    place.drops.write("month_000", {
      ...smallDrop(users),
      "labels.csv": [
        ["user_id", "churn_label"],
        ["who", "True"],
      ],
    });
    const { status, stage, title, hint } = await failsOver(search, unforbidding);
    expect([status, stage]).toEqual(["failed", "upsert"]);
    expect(title).toContain("labels_user_id_fkey");
    expect(hint).toContain("could not be found out");
  });

  test("of cells that are wrong anyway: these are told", async () => {
    const { "labels.csv": labels = [] } = repeated;
    place.drops.write("month_000", { ...repeated, "labels.csv": [...labels, ["u2", "odd"]] });
    const { status, stage, told } = await failsOver(search, unforbidding);
    expect([status, stage, told.fault_count]).toEqual(["rejected", "ingest", 1]);
    expect(told.hint).toContain("could not be found out");
  });

  test("of values that were not expected: rejected by the expectation all the same", async () => {
    const negative = smallDrop(users)["payments_agg_90d.csv"]?.map(([user = ""], at) => [
      user,
      at ? "-1" : "failed_payments_90d",
    ]);
    place.drops.write("month_000", { ...smallDrop(users), "payments_agg_90d.csv": negative ?? [] });
    const { status, stage, code, hint } = await failsOver(search, unforbidding);
    expect([status, stage, code]).toEqual(["rejected", "validate", "expectation_failed"]);
    expect(hint).toContain("Which values they are could not be found out");
  });

  test("and somebody stops the search", async () => {
    place.drops.write("month_000", repeated);
    const stops = forbidding("create temporary table").replace(
      "raise exception 'not here'",
      "perform pg_cancel_backend(pg_backend_pid()), pg_sleep(1)",
    );
    const { status, title, hint } = await failsOver(stops, unforbidding);
    expect(status).toBe("failed");
    expect(title).toMatch(/labels_\w*pkey.*key user_id|key user_id.*labels_\w*pkey/);
    expect(hint).toContain("due to user request");
  });

  test("and its connection is ended", async () => {
    place.drops.write("month_000", repeated);
    const ends = forbidding("create temporary table").replace(
      "raise exception 'not here'",
      "perform pg_terminate_backend(pg_backend_pid()), pg_sleep(1)",
    );
    const { status, stage, hint } = await failsOver(ends, unforbidding);
    expect([status, stage]).toEqual(["failed", "upsert"]);
    expect(hint).toContain("due to administrator command");
  });
});
