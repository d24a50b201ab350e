import { describe, expect, test } from "bun:test";
import type { ConsoleError } from "../../src/core/errors.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { commands, linesToType } from "../../src/headless/commands.ts";
import { toldOf, understood, wordsOf } from "../../src/headless/typed.ts";
import { here } from "../../src/tui/model/model.ts";
import { answerOf } from "../helpers/fake-answers.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";

/** What is typed after ":" is in the words of the command line, and does what it does. */

/** A line, typed and chosen, with all that comes of it but answers to questions. */
async function typed(line: string, session = new Session(scenario("published"), { lines: linesToType() })) {
  const before = session.effects.length;
  session.press(":").type(line).press("enter");
  for (const effect of session.effects.slice(before)) {
    if (effect.do !== "understand") continue;
    try {
      session.send({ type: "typed", line: effect.line, request: understood(effect.line, 74) });
    } catch (thrown) {
      const { title, hint } = thrown as ConsoleError;
      session.send({ type: "reported", text: `${title} ${hint}`, tone: "bad" });
    }
  }
  await told(session);
  return session;
}

async function told(session: Session): Promise<void> {
  const effect = session.effects.findLast((one) => one.do === "tell");
  if (effect === undefined || session.ui.told[effect.line] !== undefined) return;
  const { line, request } = effect;
  const answer = answerOf(scenario("published"), request);
  const words = answer === null ? "none" : toldOf(request, answer, 74);
  const text = await Promise.resolve(words).catch(({ title }: ConsoleError) => title);
  session.send({ type: "told", line, request, told: { text, isGood: true } });
}

const asked = (session: Session): Request[] =>
  session.effects.flatMap((effect) =>
    effect.do === "ask" || effect.do === "run" || effect.do === "tell" ? [effect.request] : [],
  );

describe("each example of each command", () => {
  const own = ["completion", "manual"];
  for (const [name, { examples }] of Object.entries(commands)) {
    for (const line of Object.keys(examples)) {
      if (own.includes(name) || line === "") continue;
      test(line, () => {
        const isElsewhere = /--(json|quiet|data)\b/.test(line);
        if (isElsewhere) return expect(() => understood(line, 74)).toThrow("is for the command line");
        expect(understood(line, 74).kind).not.toBe("text");
        const session = new Session(scenario("published"), { lines: linesToType() }).press(":").type(line);
        expect(session.text()).toMatch(/▸ \S/);
        session.press("enter");
        expect(session.text()).not.toContain("There is no command");
      });
    }
  }
  test("and no command is missing", () => {
    const names = new Set(linesToType().map(({ line }) => line.split(" ")[0]));
    for (const name of Object.keys(commands)) if (name !== "") expect(names.has(name)).toBe(!own.includes(name));
  });
});

describe("what changes nothing is told at once", () => {
  test.each([
    ["db url", { kind: "db", action: "url" }],
    ["doctor --grants", { kind: "grants" }],
    ["doctor --distribute", { kind: "distribute", shards: null, confirmed: false }],
    ["adopt", { kind: "adopt", confirmed: false }],
    ["check --month 1 --suggest", { kind: "suggest", confirmed: false }],
    ["validate --suite db/expectations/users.json --table users", { kind: "validate", table: "users" }],
  ])("%s", async (line, request) => {
    const session = await typed(line);
    expect(asked(session).at(-1)).toMatchObject(request);
    expect(here(session.ui)).toMatchObject({ screen: "answer", line });
    expect(session.ui.overlay).toBeNull();
  });

  test("in the words of the command line, which are filtered and copied as any list", async () => {
    const session = await typed("db status");
    expect(session.text()).toMatch(/^ db status/);
    expect(session.text()).toContain("running");
    session.press("/").type("version").press("enter");
    expect(session.text()).toMatch(/▸ .*18\.4/);
    expect(session.press("y").effects.at(-1)).toMatchObject({ do: "copy", text: expect.stringContaining("18.4") });
  });
});

describe("what changes something asks first, and shows the command", () => {
  test.each([
    ["db stop", { kind: "db", action: "stop" }],
    ["init drops/2024-01 --to shop", { kind: "init", folder: "drops/2024-01", to: "shop" }],
    ["validate --init --table users --suite users.json", { kind: "propose", table: "users" }],
    ["export --feast features", { kind: "feast", folder: "features" }],
    ["export --as-of 2024-01-31 --labels-from 2024-02-29 --out a.csv", { kind: "export", labels_from: "2024-02-29" }],
    ["doctor --partition-snapshots", { kind: "partition" }],
    ["doctor --distribute --yes", { kind: "distribute", confirmed: true }],
    ["doctor --notify", { kind: "doctor", notify: true }],
    ["--month 0..1 --dry-run", { kind: "run", selection: { months: ["0..1"] }, dry_run: true }],
    ["--pending --wait 2h", { kind: "run", selection: { every: "pending" }, wait: 7200 }],
    ["--month month_001 --as-of 2024-02-28 --force", { kind: "run", as_of: "2024-02-28", force: true }],
    ["snapshots --profile", { kind: "profiling" }],
  ])("%s", async (line, request) => {
    const session = await typed(line);
    expect(session.text().replace(/\s+/g, " ")).toContain(`bun run console ${line}`);
    expect(asked(session)).not.toContainEqual(expect.objectContaining(request));
    session.press("enter");
    await told(session);
    expect(asked(session)).toContainEqual(expect.objectContaining(request as object) as never);
  });

  test("what cannot be undone wants its word typed, with --yes and without", async () => {
    for (const line of ["snapshots --drop 2024-01-31", "snapshots --drop 2024-01-31 --yes"])
      expect((await typed(line)).text()).toContain("Type 2024-01-31 to go on");
  });
});

test.each(["snapshots --drop 2024-01-31", "export --as-of 2024-01-31 --out a.csv"])(
  "%s, before the snapshots were read: none is said to be missing, and they are read",
  async (line) => {
    const session = new Session(scenario("published"), { lines: linesToType(), isDown: true });
    expect(session.ui.snapshots).toBeNull();
    await typed(line, session);
    expect(session.text()).toContain("The snapshots are read first: type it again once they are here.");
    expect(here(session.ui).screen).toBe("snapshots");
    session.isDown = false;
    session.press("ctrl+r");
    expect((await typed(line, session)).text()).toContain(`bun run console ${line}`);
  },
);

describe("what has a screen opens it", () => {
  test.each([
    ["profile 2024-02-29", "Columns as of 2024-02-29"],
    ["profile 2024-02-29 --table users", "Columns as of 2024-02-29   users"],
    ["profile 2024-02-29 --table users --column monthly_fee", "users · monthly_fee"],
    ["profile 2024-02-29 --column monthly_fee", "filter: monthly_fee"],
    ["doctor --check-data", "Doctor"],
    ["compare 2024-01-31 2024-02-29", "2024-01-31 → 2024-02-29"],
    ["show 2", "month_001 → 2024-02-29 · run 2"],
  ])("%s", async (line, text) => {
    expect((await typed(line)).text()).toContain(text);
  });
});

test("a report is of what is chosen, or of what is named, and where it is named", async () => {
  const page = { kind: "report", junit: null, gx: null, values: null };
  const reported = async (line: string) => (await typed(line)).effects.findLast((effect) => effect.do === "report");
  const chosen = new Session(scenario("published"), { lines: linesToType() }).press("down");
  expect((await typed("report", chosen)).effects.at(-1)).toEqual({
    do: "report",
    request: { ...page, subject: { run: 2 }, out: null } as never,
  });
  expect(await reported("report --run 1")).toMatchObject({ request: { ...page, subject: { run: 1 }, out: null } });
  expect(await reported("report --month month_000 --out m.html")).toMatchObject({
    request: { subject: { month: "month_000" }, out: "m.html" },
  });
  expect(await reported("report --all --out site")).toMatchObject({ request: { subject: "all", out: "site" } });
});

test("what is not understood says how it is written; what belongs to the command line is refused", async () => {
  expect((await typed("validate --table users")).text()).toContain("No suite is named.");
  expect((await typed("report --all")).text()).toContain("Nothing says where to write it.");
  expect((await typed("report --all")).text()).toContain("report --all --out");
  expect((await typed("months --home x")).text()).toContain("--home is for the command line.");
  expect((await typed("--month 1 --report a.html")).text()).toContain("--report is for the command line.");
  expect((await typed("frobnicate")).text()).toContain('There is no command "frobnicate".');
  const session = await typed("validate --suite postgresql://me:secret@host/db --table users");
  expect(session.text()).toContain("A database URL stands behind --suite.");
  expect(session.text()).not.toContain("secret");
});

describe("help on a command", () => {
  const named = Object.keys(commands).filter((name) => name !== "" && !["completion", "manual"].includes(name));
  test.each(named)("%s: in the words of its --help", async (name) => {
    const text = toldText(await typed(`help ${name}`));
    expect(text).toStartWith("Usage: ");
    expect(text).toContain(` ${name} `);
    expect(text).toBe(toldText(await typed(`${name} --help`)));
    // Else the screen would break its lines once more. Examples stand as they are written.
    const [described = ""] = (text ?? "").split("\nExamples:");
    expect(described.split("\n").filter((one) => one.length > 74)).toEqual([]);
  });

  test("is offered beside the keys, and on what there is not it says what there is", async () => {
    const session = new Session(scenario("published"), { lines: linesToType(), size: { columns: 80, rows: 40 } });
    session.press(":").type("help");
    expect(session.text()).toMatch(/▸ help +show all keys$/m);
    expect(session.type(" exp").text()).toMatch(/^ . help export /m);
    const none = (await typed("help frobnicate")).text();
    expect(none).toContain('There is no command "frobnicate".');
    expect(none).toContain("lists the commands");
    expect((await typed("help exprot")).text()).toContain("Did you mean export?");
  });
});

/** What the newest answer on show says. */
function toldText({ ui }: Session): string | undefined {
  const place = here(ui);
  return place.screen === "answer" ? ui.told[place.line]?.text : undefined;
}

test("words are those of a shell", () => {
  expect(wordsOf(`a 'b c' "d \\"e" f\\ g h"i j"k  '' l`)).toEqual(["a", "b c", 'd "e', "f g", "hi jk", "", "l"]);
});
