import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { exitCodes } from "../../src/core/errors.ts";
import { ownTemporaryFolder } from "../helpers/scratch.ts";
import { catalogue } from "./catalogue/catalogue.ts";
import type { Fault } from "./catalogue/fault.ts";
import { meetFault, obstacleAt } from "./catalogue/meet.ts";
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

for (const openPlace of await chosenPlaces(values)) {
  const places = await Promise.all(Array.from({ length: Number(values.jobs) }, openPlace));
  const faults = catalogue
    .filter((fault) => only(fault.name) && (!values.fixed || fault.isFixed))
    .map(tryOf)
    [Symbol.iterator]();
  for (const tries of [faults, ...sweep(Number(values.every), only)]) {
    await Promise.all(places.map((place) => work(place, tries)));
  }
  await Promise.all(places.map((place) => place.close()));
}
rmSync(folder, { recursive: true, force: true });
console.log(`${survived} of ${tried} survived`);
process.exit(survived === tried && tried > 0 ? exitCodes.done : exitCodes.rejected);

function tryOf(fault: Fault): Try {
  return async (place) => {
    const obstacle = obstacleAt(fault, place);
    if (obstacle === null) return meetFault(fault, place);
    console.log(`untried   ${place.name}  ${fault.name}: ${obstacle}`);
    return null;
  };
}

/** One after the other, as long as there are some. */
async function work(place: Place, tries: Iterator<Try>): Promise<void> {
  for (let next = tries.next(); next.done !== true; next = tries.next()) {
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
