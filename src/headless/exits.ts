import { type ExitName, exitCodes } from "../core/errors.ts";

const meanings: Record<ExitName, string> = {
  done: "done, with or without warnings",
  rejected: "rejected: malformed files, a failed critical expectation or a broken seal",
  usage: "wrong usage",
  failure: "the database or the system failed",
  refused: "refused: locked, out of order, a sealed snapshot would change, or a table cannot be converted",
  interrupted: "interrupted by Ctrl-C (SIGINT)",
  terminated: "terminated by SIGTERM or SIGHUP",
};

/** Every exit code with its meaning, in the order of the codes. */
export const exits: readonly { code: number; meaning: string }[] = Object.entries(meanings)
  .map(([name, meaning]) => ({ code: exitCodes[name as ExitName], meaning }))
  .sort((a, b) => a.code - b.code);
