import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { exitCodes } from "../../src/core/errors.ts";
import { ownTemporaryFolder } from "../helpers/scratch.ts";
import { catalogue } from "./catalogue/catalogue.ts";
import type { Fault } from "./catalogue/fault.ts";
import { meetFault, obstacleAt } from "./catalogue/meet.ts";
import { homeFaults } from "./homes/faults.ts";
import { type HomeFault, meetHomeFault } from "./homes/meet.ts";
import { chosenPlaces } from "./places/choose.ts";
import type { Place } from "./places/place.ts";
import { sweep, type Try, type Verdict } from "./sweep.ts";

/** `bun run faults`: each fault of the catalogue, and at each point of a run's way, on each kind of server. */

const { values } = parseArgs({
  options: {
    /** A server of yours, in place of all others. */
    database: { type: "string" },
    /** Of `embedded`, `18`, `15` and so on; all that can be had are taken without it. */
    on: { type: "string", multiple: true },
    /** Those whose name holds the text. */
    only: { type: "string" },
    /** Those that the gate tries. */
    fixed: { type: "boolean", default: false },
    every: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
  },
});

const folder = ownTemporaryFolder();
let [survived, tried] = [0, 0];
const only = (name: string) => values.only === undefined || name.includes(values.only);

/** Whoever wants us gone waits for what is under way; no server is left. */
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    isEnding = true;
  });
}

for (const openPlace of await chosenPlaces(values)) {
  const places = await Promise.all(Array.from({ length: Number(values.jobs) }, openPlace));
  const faults = [...catalogue.map(tryOf), ...homeFaults.map(tryOfHome)].flatMap((one) => one ?? []);
  for (const tries of [faults.values(), ...sweep(Number(values.every), only)]) {
    await Promise.all(places.map((place) => work(place, tries)));
  }
  await Promise.all(places.map((place) => place.close()));
}
rmSync(folder, { recursive: true, force: true });
console.log(`${survived} of ${tried} survived`);
process.exit(survived === tried && tried > 0 && !isEnding ? exitCodes.done : exitCodes.rejected);

function isAsked({ name, isFixed }: { name: string; isFixed?: true }): boolean {
  return only(name) && (!values.fixed || isFixed === true);
}

function tryOf(fault: Fault): Try | null {
  if (!isAsked(fault)) return null;
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
