import { exitCodes } from "../core/errors.ts";
import { redact } from "../core/secrets/secrets.ts";

/** A defect, such as a call that is none: nothing is said any more but why. The server rolls back what was open. */
export async function die(thrown: unknown): Promise<never> {
  const { translate } = await import("../postgres/connection/errors.ts");
  process.stderr.write(`${redact(translate(thrown).title)}\n`);
  process.exit(exitCodes.failure);
}

/** An error that nobody meets would be printed with all that it holds, which of a server's are rows, too. */
export function dieOfDefects(): void {
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
}
