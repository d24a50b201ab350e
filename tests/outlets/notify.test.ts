import { afterEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import type { Account } from "../../src/outlets/account.ts";
import { deliver } from "../../src/outlets/notify/deliver.ts";
import { isWanted, type Receiver, receiverOf } from "../../src/outlets/notify/rules.ts";
import { slackMessage } from "../../src/outlets/notify/slack.ts";

const account: Account = {
  outcome: "rejected",
  warned: true,
  dataset: "streamflow",
  database: "app on db.example.org (PostgreSQL 15.20)",
  month: "month_001",
  as_of: "2024-02-29",
  run: 2,
  mode: "publish",
  started_at: "2024-03-01T06:00:00.000Z",
  finished_at: "2024-03-01T06:00:03.000Z",
  seconds: 3,
  tables: [{ table: "users", rows: 7043 }],
  expectations: { passed: 22, failed: 1, warned: 1, unevaluated: 0 },
  failed_checks: [
    {
      table: "usage_agg_30d",
      column: "watch_hours_30d",
      type: "expect_column_values_to_be_between",
      kwargs: { min_value: 0 },
      severity: "critical",
      standing: "failed",
      unexpected_count: 1200,
    },
  ],
  warnings: [{ title: "labels: <churn> & more", hint: "ask" }],
  failure: { code: "expectation_failed", title: "1 failed.", hint: "Mend it.", fault_count: 0, faults: [] },
  lacking: [{ month: "month_000", due_since: "2024-02-03" }],
  again: "bun run console --month month_001",
  console: "0.1.0",
};
const notice = { event: "run" as const, ...account };
const pace = { patience: 60_000, pauses: [1, 1] };
/** For those that stall: long enough that each try arrives there, however busy the machine is. */
const hasty = { ...pace, patience: 1_000 };

let server: Bun.Server<undefined> | undefined;
afterEach(async () => {
  await server?.stop(true);
  server = undefined;
});

/** A receiver that answers each try in turn as it is told, and the bodies and signatures that it got. */
function receiver(...answers: (number | "stall" | "close")[]) {
  const got: { body: string; signature: string | null }[] = [];
  server = Bun.serve({
    port: 0,
    async fetch(request, self) {
      got.push({ body: await request.text(), signature: request.headers.get("x-streamflow-signature") });
      const answer = answers[Math.min(got.length, answers.length) - 1];
      if (answer === "stall") return new Promise(() => {});
      if (answer === "close") {
        void self.stop(true);
        return new Promise(() => {});
      }
      return new Response("", { status: answer ?? 200, headers: { location: "/elsewhere" } });
    },
  });
  const place: Receiver = { url: `http://127.0.0.1:${server.port}/s3cret`, format: "json", on: [], secret: "k3y" };
  return { place, got };
}

describe("a receiver", () => {
  test("gets the account once, signed", async () => {
    const { place, got } = receiver(204);
    expect(await deliver(place, notice, pace)).toBeNull();
    expect(got.length).toBe(1);
    const [{ body, signature } = { body: "", signature: "" }] = got;
    expect(JSON.parse(body)).toEqual({ version: 1, ...notice });
    expect(signature).toBe(`sha256=${createHmac("sha256", "k3y").update(body).digest("hex")}`);
  });

  test("that fails or stalls first gets it again", async () => {
    const { place, got } = receiver(503, "stall", 200);
    expect(await deliver(place, notice, hasty)).toBeNull();
    expect(got.map(({ body }) => body)).toEqual(Array(3).fill(got[0]?.body));
  });

  test("that stalls is waited for no longer than whoever waits is there", async () => {
    const { place, got } = receiver("stall");
    const waiting = new AbortController();
    const delivered = deliver(place, notice, { patience: 60_000, pauses: [60_000], signal: waiting.signal });
    while (got.length === 0) await new Promise(setImmediate);
    waiting.abort();
    expect(await delivered).toBe(`${new URL(place.url).host} was waited for no longer`);
    expect(got.length).toBe(1);
  });

  test.each([
    ["fails three times", [500], "answered 500", 3],
    ["stalls three times", ["stall"], "did not answer within 1 s", 3],
    ["refuses", [403], "answered 403", 1],
    ["has moved", [302], "answered 302", 1],
    ["hangs up", ["close"], "could not be reached", 1],
  ] as const)("that %s is told by its host alone", async (_, answers, why, tries) => {
    const { place, got } = receiver(...answers);
    const host = new URL(place.url).host;
    const found = await deliver(place, notice, answers.some((one) => one === "stall") ? hasty : pace);
    expect(found).toBe(`${host} ${why}`);
    expect(got.length).toBe(tries);
  });
});

test("Slack gets a text whose signs are its own", () => {
  expect(slackMessage(account).text.split("\n")).toEqual([
    "*streamflow month_001 → 2024-02-29: rejected*",
    "run 2 · app on db.example.org (PostgreSQL 15.20) · 7,043 rows · checks: 22 passed, 1 failed, 1 warned · 3.0 s",
    "1 failed.",
    "Mend it.",
    "• usage_agg_30d: watch_hours_30d ≥ 0: 1,200 unexpected (failed)",
    "• labels: &lt;churn&gt; &amp; more",
    "Not there: month_000 (due since 2024-02-03)",
    "`bun run console --month month_001`",
  ]);
});

test("the environment's address goes before the manifest's, and each has its occasions", () => {
  expect(receiverOf(undefined, {})).toBeNull();
  const rules = { url: "https://a.example/x", format: "slack", on: ["warned"] } as const;
  const named = receiverOf({ ...rules, on: [...rules.on] }, { STREAMFLOW_NOTIFY_URL: "https://b.example/" });
  expect(named).toEqual({ url: "https://b.example/", format: "slack", on: ["warned"], secret: null });
  expect(() => receiverOf(undefined, { STREAMFLOW_NOTIFY_URL: "ftp://b.example/" })).toThrow("STREAMFLOW_NOTIFY_URL");
  const wanted = (on: Receiver["on"], outcome: Account["outcome"], warned: boolean) =>
    isWanted({ outcome, warned }, { url: "", format: "json", on, secret: null });
  expect([wanted(["warned"], "published", true), wanted(["warned"], "published", false)]).toEqual([true, false]);
  expect([wanted(["failed"], "rejected", true), wanted(["rejected"], "rejected", false)]).toEqual([false, true]);
});
