/** What a deputy runs: leave the server of the home in argv[2] in the place of a console that died. */
import { leaveServer } from "./server.ts";

await leaveServer(process.argv[2] ?? "");
