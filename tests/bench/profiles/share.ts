import { join } from "node:path";
import { monthName } from "../../../src/core/month.ts";
import { connect } from "../../../src/postgres/connection/connect.ts";
import { preloading } from "../../helpers/program.ts";
import { markdown, median, seconds } from "../figures.ts";
import { runConsole } from "../ours.ts";
import type { BenchServer } from "../server.ts";
import { processorSeconds, serverProcess } from "./processor.ts";

/** Seconds of processor time, console and server together, that a month took in one round. */
export interface Taken {
  users: number;
  what: string;
  withProfiles: number;
  without: number;
}

const database = "bench_profiles";
/** Of what is built no file can be left out. */
const fromFiles = { STREAMFLOW_BUILT: "no" };
export const ways = {
  withProfiles: fromFiles,
  without: { ...fromFiles, ...preloading(join(import.meta.dir, "without.ts")) },
};
const months = ["first month", "next month"];

/** Two months with profiles and two without, each on a fresh database; null where the server's time cannot be read. */
export async function playProfiles(
  server: BenchServer,
  { users, round, data }: { users: number; round: number; data: string },
): Promise<Taken[] | null> {
  const names = ["withProfiles", "without"] as const;
  const taken = new Map<string, number[]>();
  for (const name of round % 2 === 0 ? names.toReversed() : names) {
    const found = await playMonths(server, data, ways[name]);
    if (found === null) return null;
    taken.set(name, found);
  }
  return months.map((what, month) => ({
    ...{ users, what },
    withProfiles: taken.get("withProfiles")?.[month] ?? 0,
    without: taken.get("without")?.[month] ?? 0,
  }));
}

async function playMonths(
  server: BenchServer,
  data: string,
  environment: Record<string, string>,
): Promise<number[] | null> {
  const url = await server.create(database);
  const sql = connect(url);
  const taken: number[] = [];
  try {
    const process = await serverProcess(sql);
    if (process === null) return null;
    for (const month of months.keys()) {
      await server.settle(url);
      const before = processorSeconds(process);
      const { processorSeconds: own } = await runConsole(url, data, monthName(month), [], environment);
      taken.push(own + processorSeconds(process) - before);
    }
  } finally {
    await sql.end();
  }
  await server.drop(database);
  return taken;
}

/** A line a size and month; the share is the median of the rounds' own. */
export function profilesReport(taken: readonly Taken[]): string {
  const body = [...Map.groupBy(taken, ({ users, what }) => `${users} ${what}`).values()].flatMap((rounds) => {
    const [first] = rounds;
    if (first === undefined) return [];
    const share = median(rounds.map((one) => 1 - one.without / one.withProfiles));
    return [
      [
        ...[first.users.toLocaleString("en-US"), first.what, seconds(median(rounds.map((one) => one.withProfiles)))],
        ...[seconds(median(rounds.map((one) => one.without))), `${(100 * share).toFixed(1)} %`],
      ],
    ];
  });
  const table = markdown(["users", "what", "processor time", "without profiles", "profiles' share"], body, [1]);
  return `Processor time of a run, console and server together, and the share that its profiles have of it:\n\n${table}`;
}
