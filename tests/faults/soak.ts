import { setTimeout as wait } from "node:timers/promises";
import { Dice } from "../../data/generate/random.ts";
import { smallDrop } from "../helpers/drops.ts";
import { startConsole, type Workshop, workshop } from "./console.ts";
import { leftovers } from "./oracle/leftovers.ts";
import { stateOf } from "./oracle/state.ts";
import type { Content, Lease, Place } from "./places/place.ts";
import type { Verdict } from "./sweep.ts";

/** How many months follow each other before all begins anew. */
const months = 5;
/** Enough for a kill to come in the middle of something. */
const users = Array.from({ length: 2_000 }, (_, index) => `u${index}`);
/** Milliseconds after which a run is over as a rule. */
const latest = 1_200;

const nothing: Content = { name: "soak", prepare: async () => {} };

/** What may happen while a month is run, each as likely as the others. */
const happenings = ["nothing", "console", "pipeline", "both", "SIGINT", "SIGTERM", "backends", "crash"] as const;
type Happening = (typeof happenings)[number];

function shopWithMonths(): Workshop {
  const shop = workshop();
  for (let month = 0; month < months; month++) shop.drops.write(`month_00${month}`, smallDrop(users, month));
  return shop;
}

/** The database's states, from none published to all, as clean runs make them. */
async function cleanStates(place: Place): Promise<string[]> {
  const shop = shopWithMonths();
  const lease = await place.lease(nothing);
  const states = [await stateOf(lease.sql)];
  for (let month = 0; month < months; month++) {
    const { code, stderr } = await startConsole(shop, ["--month", String(month), ...lease.words]).outcome;
    if (code !== 0) throw new Error(`month ${month} fails without a fault:\n${stderr}`);
    states.push(await stateOf(lease.sql));
  }
  await lease.drop();
  shop.remove();
  return states;
}

/** Run months, kill and restart at random, and hold what is left against clean runs, until the time is over. */
export async function* soak(place: Place, minutes: number, seed: number): AsyncGenerator<Verdict> {
  const dice = new Dice(seed, 0, 0);
  const deadline = Date.now() + minutes * 60_000;
  const states = await cleanStates(place);
  for (let round = 1; Date.now() < deadline; round++) {
    const shop = shopWithMonths();
    const lease = await place.lease(nothing);
    let published = 0;
    for (let step = 1; published < months && Date.now() < deadline; step++) {
      const what = happenings[Math.floor(dice.uniform() * happenings.length)] ?? "nothing";
      const after = dice.uniform() * latest;
      const code = await runMonth(place, lease, shop, published, what, after);
      const complaints: string[] = [];
      const mayLeaveStage = ["console", "both", "crash"].includes(what);
      const around = { sql: lease.sql, folder: shop.folder, temporary: shop.temporary, home: shop.home, mayLeaveStage };
      complaints.push(...(await leftovers(around)));
      const state = await stateOf(lease.sql);
      const found = states.indexOf(state);
      if (found !== published && found !== published + 1) complaints.push(`the rows are those of none of the months`);
      if (code === 0 && found !== published + 1) complaints.push("it says that it published, and did not");
      if (code !== null && code !== 0 && found !== published) complaints.push(`it published, and ends with ${code}`);
      published = Math.max(published, found);
      complaints.push(...(await reading(lease, shop, published)));
      const name = `soak: round ${round}, step ${step}: ${what} after ${Math.round(after)} ms, ${published} published`;
      yield { name, complaints };
      if (complaints.length > 0) break;
    }
    await lease.drop();
    shop.remove();
  }
}

/** Resolves to its exit code; null where it was killed. */
async function runMonth(place: Place, lease: Lease, shop: Workshop, month: number, what: Happening, after: number) {
  const working = startConsole(shop, ["--month", String(month), ...lease.words]);
  const isOver = working.outcome.then(() => true);
  const cameToPass = !(await Promise.race([isOver, wait(after, false)]));
  if (cameToPass) await happen(place, lease, working.pid, await working.pipeline(), what);
  const { code } = await working.outcome;
  return code;
}

async function happen({ control }: Place, lease: Lease, console: number, pipeline: number, what: Happening) {
  if (what === "console" || what === "both") send(console, "SIGKILL");
  if (what === "pipeline" || what === "both") send(pipeline, "SIGKILL");
  if (what === "SIGINT" || what === "SIGTERM") send(console, what);
  if (what === "backends") {
    await lease.sql`select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and pid <> pg_backend_pid()`;
  }
  if (what === "crash" && control !== null) {
    await lease.admin`checkpoint`;
    await control.crash();
    await control.start();
  }
}

/** It may have ended by itself. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // There is nobody any more.
  }
}

/** What is published is read, compared, and verified. */
async function reading(lease: Lease, shop: Workshop, published: number): Promise<string[]> {
  const asked = [["months"], ["runs"], ["snapshots", "--verify"]];
  if (published >= 2) asked.push(["compare", "2024-01-31", "2024-02-29"]);
  const complaints: string[] = [];
  for (const words of asked) {
    const { code, stderr } = await startConsole(shop, [...words, ...lease.words]).outcome;
    if (code !== 0) complaints.push(`${words.join(" ")} ends with ${code}: ${stderr.trim().slice(-200)}`);
  }
  return complaints;
}
