import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { exitCodes } from "../../src/core/errors.ts";
import { ownTemporaryFolder } from "../helpers/scratch.ts";
import { catalogue } from "./catalogue/catalogue.ts";
import type { Fault } from "./catalogue/fault.ts";
import { meetFault, obstacleAt } from "./catalogue/meet.ts";
import { homeFaults } from "./homes/faults.ts";
import { installationFaults } from "./homes/installation.ts";
import { type HomeFault, meetHomeFault } from "./homes/meet.ts";
import { chosenPlaces } from "./places/choose.ts";
import type { Place } from "./places/place.ts";
import { scenarios } from "./scenarios.ts";
import { soak } from "./soak.ts";
import { sweep, type Try, type Verdict } from "./sweep.ts";

/**
 * `bun run faults`: each fault of the catalogue, then one at each point of a run's way, on each kind of server. `sweep` alone
 * does the latter, `catalogue` the former, and `soak` kills at random for some minutes.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A server of yours, in place of all others. */
    database: { type: "string" },
    /** Of `embedded`, `18`, `15` and so on; all that can be had are taken without it. */
    on: { type: "string", multiple: true },
    /** Those whose name holds the text. */
    only: { type: "string" },
    /** Those that the gate tries. */
    fixed: { type: "boolean", default: false },
    /** Of the sweep: the point that it begins with, and from each one to the next. */
    from: { type: "string", default: "1" },
    every: { type: "string", default: "1" },
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
  },
});

/** What the gate tries of the sweep: one way, at every so-manieth point. */
const fixedSweep = { from: 1, every: 71, only: (name: string) => name.includes(scenarios.next.name) };

const folder = ownTemporaryFolder();
let [survived, tried] = [0, 0];
/** Faults that were tried on one server, and need no other. */
const alike = new Set<Fault>();
const only = (name: string) => values.only === undefined || name.includes(values.only);

/** Whoever wants us gone waits for what is under way; no server is left. */
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    isEnding = true;
  });
}

const [kind = "all"] = positionals;
const parts: Record<string, readonly ("catalogue" | "sweep" | "soak")[]> = {
  all: ["catalogue", "sweep"],
  catalogue: ["catalogue"],
  sweep: ["sweep"],
  soak: ["soak"],
};
const wanted = parts[kind];
if (wanted === undefined) {
  console.error(`"${kind}" is no part of the faults. There are: ${Object.keys(parts).join(", ")}.`);
  process.exit(exitCodes.usage);
}

for (const openPlace of await chosenPlaces(values)) {
  const places = await Promise.all(Array.from({ length: Number(values.jobs) }, openPlace));
  try {
    if (wanted.includes("catalogue"))
      await shared(places, [...catalogue.map(tryOf), ...[...homeFaults, ...installationFaults].map(tryOfHome)]);
    const asked = { from: Number(values.from), every: Number(values.every), only };
    const ways = wanted.includes("sweep") ? sweep(values.fixed ? fixedSweep : asked) : [];
    for (const tries of ways) await Promise.all(places.map((place) => work(place, tries)));
    if (wanted.includes("soak")) await Promise.all(places.map((place, index) => soaked(place, index)));
  } finally {
    await Promise.all(places.map((place) => place.close()));
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${survived} of ${tried} survived`);
process.exit(survived === tried && tried > 0 && !isEnding ? exitCodes.done : exitCodes.rejected);

function isAsked({ name, isFixed }: { name: string; isFixed?: true }): boolean {
  return only(name) && (!values.fixed || isFixed === true);
}

function tryOf(fault: Fault): Try | null {
  if (!isAsked(fault) || (values.fixed && alike.has(fault))) return null;
  if (fault.isAlike) alike.add(fault);
  return (place) => unlessHindered(place, fault.name, obstacleAt(fault, place), () => meetFault(fault, place));
}

/** Homes are the embedded server's alone. */
function tryOfHome(fault: HomeFault): Try | null {
  if (!isAsked(fault)) return null;
  return async (place) => {
    if (place.kind !== "embedded") return null;
    return unlessHindered(place, fault.name, fault.unless?.() ?? null, () => meetHomeFault(fault, place));
  };
}

/** What cannot be tried is told, and counts for nothing. */
async function unlessHindered(place: Place, name: string, obstacle: string | null, meet: () => Promise<Verdict>) {
  if (obstacle === null) return meet();
  console.log(`untried   ${place.name}  ${name}: ${obstacle}`);
  return null;
}

/** Each by whoever is free. */
async function shared(places: readonly Place[], tries: readonly (Try | null)[]): Promise<void> {
  const left = tries.flatMap((one) => one ?? []).values();
  await Promise.all(places.map((place) => work(place, left)));
}

/** Each place by a seed of its own. */
async function soaked(place: Place, index: number): Promise<void> {
  for await (const verdict of soak(place, Number(values.minutes), Number(values.seed) + index)) {
    tell(place, verdict);
    if (isEnding) return;
  }
}

/** One after the other, as long as there are some. */
async function work(place: Place, tries: Iterator<Try>): Promise<void> {
  for (let next = tries.next(); next.done !== true && !isEnding; next = tries.next()) {
    const verdict = await next.value(place);
    if (verdict !== null) tell(place, verdict);
  }
}

function tell(place: Place, { name, complaints }: Verdict): void {
  tried++;
  if (complaints.length === 0) survived++;
  console.log(`${complaints.length === 0 ? "survived" : "FAILED  "}  ${place.name}  ${name}`);
  for (const complaint of complaints) console.log(`          ${complaint}`);
}
