import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { ConsoleError } from "../../core/errors.ts";
import type { Account } from "./account.ts";
import { cannotUse, type ServerPaths, writeOwned } from "./home.ts";
import { type Hold, tryLock } from "./locks.ts";
import { isStopped } from "./processes.ts";
import { type Waiting, waitFor } from "./waiting.ts";

/** How long one console waits for another that is starting or stopping the server; recovery after a crash takes time. */
const patienceMs = 5 * 60_000;
/** How long one waits that is through, to stop a server which nobody else uses. */
const leavingPatienceMs = 10_000;

/** Start or stop the server, or begin to use it: one console after the other. */
export async function inTurn<Result>(
  paths: ServerPaths,
  account: Account | null,
  waiting: Waiting,
  work: () => Promise<Result>,
): Promise<Result> {
  const turn = await takeTurn(paths, account, waiting, patienceMs);
  if (turn === null) throw neverEnding(paths);
  return during(turn, paths, account, work);
}

/** Do it if that is possible soon: whoever has the turn for long can do it as well. */
export async function ifSoonInTurn(
  paths: ServerPaths,
  account: Account | null,
  waiting: Waiting,
  work: () => Promise<void>,
): Promise<void> {
  const turn = await takeTurn(paths, account, waiting, leavingPatienceMs);
  if (turn !== null) await during(turn, paths, account, work);
}

function takeTurn(
  paths: ServerPaths,
  account: Account | null,
  waiting: Waiting,
  patience: number,
): Promise<Hold | null> {
  const what = () => `${holderOf(paths)} is starting or stopping the embedded server.`;
  return waitFor(() => tryLock(paths.turn, "exclusive", account), { patienceMs: patience, what }, waiting);
}

async function during<Result>(
  turn: Hold,
  paths: ServerPaths,
  account: Account | null,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    sayWho(paths, account);
    return await work();
  } catch (cause) {
    throw cannotUse(paths.folder, cause);
  } finally {
    turn.release();
  }
}

/** A disk that is full keeps nobody from stopping the server. */
function sayWho({ holder }: ServerPaths, account: Account | null): void {
  try {
    writeOwned(holder, `${process.pid} ${hostname()}\n`, account);
  } catch {
    // Others are told less then.
  }
}

/** Who has the turn, as they wrote it down. */
function holderOf({ holder }: ServerPaths): string {
  const [pid = "", host = ""] = read(holder).trim().split(" ");
  if (pid === "") return "Another console";
  const place = host === hostname() ? "" : ` on ${host}`;
  const halted =
    place === "" && isStopped(Number(pid)) ? `, which was stopped (\`kill -CONT ${pid}\` lets it go on),` : "";
  return `Another console (process ${pid}${place})${halted}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function neverEnding(paths: ServerPaths): ConsoleError {
  return new ConsoleError(
    "embedded_unavailable",
    `${holderOf(paths)} has been starting or stopping the embedded server for five minutes`,
    { hint: `End that console, then try again; ${paths.log} tells what its server does.` },
  );
}
