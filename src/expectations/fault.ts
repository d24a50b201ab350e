import { ConsoleError } from "../core/errors.ts";

/** The error for an argument that an expectation cannot take; whoever knows the suite puts its name in front. */
export function fault(argument: string | null, reason: string): ConsoleError {
  return new ConsoleError("suite_invalid", argument === null ? reason : `argument "${argument}": ${reason}`, {
    hint: "Correct the suite, then run again. Nothing was evaluated.",
  });
}
