import { join } from "node:path";
import { dialectOf } from "../../../src/core/written/dialect.ts";
import { openTable } from "../../../src/csv/reader.ts";
import { RejectFile } from "../../../src/csv/reject-file.ts";
import { FaultTally } from "../../../src/csv/tally.ts";
import { sourceIn } from "./source.ts";

/** What reading one file costs a process of its own. */
export interface Cost {
  rows: number;
  faults: number;
  /** Of the clock. */
  seconds: number;
  /** Of the processors, all threads together. */
  busy: number;
}

/**
 * A process that reads one file as the pipeline does, its faults written to a reject file, and prints what that cost.
 * Its arguments are the file, the folder of the reject file, and what the manifest says of how the file is written.
 */
if (import.meta.main) {
  const [path = "", home = "", written = "{}"] = process.argv.slice(2);
  const rejects = new RejectFile(join(home, "bench.csv"));
  const tally = new FaultTally("usage_agg_30d.csv", rejects);
  const began = performance.now();
  const before = process.cpuUsage();
  const { rows } = await (await openTable({ ...sourceIn(path), written: dialectOf(JSON.parse(written)) })).read(tally);
  rejects.close();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1000;
  const cost: Cost = { rows, faults: tally.count, seconds, busy: (user + system) / 1e6 };
  console.log(JSON.stringify(cost));
}
