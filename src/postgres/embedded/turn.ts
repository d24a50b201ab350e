import { hostname } from "node:os";
import { ConsoleError } from "../../core/errors.ts";
import { cannotUse, type ServerHome, type ServerPaths, writeOwned } from "./home.ts";
import { lockFile } from "./locks.ts";
import { isStopped, readText } from "./system/processes.ts";
import { recoveryPatienceMs, type Waiting, waitFor } from "./waiting.ts";

/** How long one console waits for another that is starting or stopping the server, and what comes of it when that is over. */
interface Patience<Result> {
  patienceMs: number;
  late(home: ServerHome): Result;
}

/** Whoever has to use the server or to stop it. */
const long: Patience<never> = { patienceMs: recoveryPatienceMs, late: neverEnding };

/** Who is through, and stops a server that nobody else uses: whoever has the turn for long can do it as well. */
export const short: Patience<void> = { patienceMs: 10_000, late: () => {} };

/** Start or stop the server, or begin to use it: one console after the other. */
export async function inTurn<Result>(
  home: ServerHome,
  waiting: Waiting,
  work: () => Promise<Result>,
  { patienceMs, late }: Patience<Result> = long,
): Promise<Result> {
  const what = () => `${holderOf(home)} is starting or stopping the embedded server.`;
  const take = () => lockFile(home.turn, "exclusive", home.account);
  using turn = await waitFor(take, { patienceMs, what }, waiting);
  if (turn === null) return late(home);
  try {
    sayWho(home);
    return await work();
  } catch (cause) {
    throw cannotUse(home.folder, cause);
  }
}

/** A disk that is full keeps nobody from stopping the server. */
function sayWho({ holder, account }: ServerHome): void {
  try {
    writeOwned(holder, `${process.pid} ${hostname()}\n`, account);
  } catch {
    // Others are told less then.
  }
}

/** Who has the turn, as they wrote it down. */
function holderOf({ holder }: ServerPaths): string {
  const [pid = "", host = ""] = (readText(holder) ?? "").trim().split(" ");
  if (pid === "") return "Another console";
  const place = host === hostname() ? "" : ` on ${host}`;
  const halted =
    place === "" && isStopped(Number(pid)) ? `, which was stopped (\`kill -CONT ${pid}\` lets it go on),` : "";
  return `Another console (process ${pid}${place})${halted}`;
}

function neverEnding(home: ServerPaths): never {
  throw new ConsoleError(
    "embedded_unavailable",
    `${holderOf(home)} has been starting or stopping the embedded server for five minutes`,
    { hint: `End that console, then try again; ${home.log} tells what its server does.` },
  );
}
