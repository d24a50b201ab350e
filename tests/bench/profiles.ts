import { availableParallelism } from "node:os";
import { ConsoleError } from "../../src/core/errors.ts";
import { dropsOf } from "./drops.ts";
import { leaver } from "./leaving.ts";
import { readScale } from "./options.ts";
import { playProfiles, profilesReport, type Taken } from "./profiles/share.ts";
import { openServer } from "./server.ts";

/** What share of a run's processor time its profiles take. */
export async function run(args: string[]): Promise<void> {
  const { users, rounds, database, keep } = readScale("profiles", "users of the drops that are loaded", 3, args);
  const server = await openServer(database);
  const leave = leaver(server, keep === true);
  const taken: Taken[] = [];
  try {
    const data = dropsOf(users);
    for (let round = 1; round <= rounds; round++) {
      const found = await playProfiles(server, { users, round, data });
      if (found === null) {
        throw new ConsoleError("usage", "The server's processor time cannot be read from here.", {
          hint: "Bench on Linux, on the machine that the server of --database runs on, or without it.",
        });
      }
      for (const { what, withProfiles, without } of found) {
        console.error(
          `round ${round}, ${what}: ${withProfiles.toFixed(2)} s, ${without.toFixed(2)} s without profiles`,
        );
      }
      taken.push(...found);
    }
  } finally {
    await leave();
  }
  console.log(`${server.name}; ${availableParallelism()} processors; medians of ${rounds} rounds.\n`);
  console.log(profilesReport(taken));
}
