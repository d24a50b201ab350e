import type { FailureCode } from "../../core/errors.ts";

/** What one kind of error of a server is to an operator. */
export interface Remedy {
  /** The SQLSTATE, or the class that it begins with (PostgreSQL manual, appendix A). */
  state: string;
  /** Tells it from others of its state, by the server's words in English: in another language it is the one without this. */
  says?: RegExp;
  /** True for what only an error that ends a login means: a statement's of the same state is another matter. */
  atLogin?: true;
  /** True for what ends another session than this one, which is told of it and goes on. */
  isOfOthers?: true;
  code: FailureCode;
  /** What happened, in words of ours: they stand for the server's own where those may hold a value. */
  cause: string;
  /** What to do now. */
  hint: string;
  /** True where the same may go well a moment later, with nothing done about it: a run is tried again then. */
  passes?: true;
}

/** Where nothing stays of what was begun, and the same may go well the next time. */
export const again = "Nothing was published. Run the command again.";

/** What gives roles all that they need, whatever that is. */
export const grantsHint =
  "`doctor --grants`, run as the tables' owner or a superuser, prints the SQL that makes an owner, a loader and a viewer.";

/** Not every server's does: the embedded one's has no failed statements, for they hold data. */
export const inLog = "A server that logs errors has its words in the log.";

/** An error as it is told apart from others. */
export type Told = { code: string; message: string; severity?: string };

/** The most telling of the remedies for an error: those of the whole state first, and of these, those that know its words. */
export function closest<Named extends Remedy>(
  remedies: readonly Named[],
  { code, message, severity }: Told,
): Named | undefined {
  const rank = ({ state, says, atLogin, isOfOthers }: Remedy) =>
    state.length * 3 + (says ? 1 : 0) + (atLogin || isOfOthers ? 1 : 0);
  return remedies
    .filter(({ state, says }) => code.startsWith(state) && (says === undefined || says.test(message)))
    .filter(({ atLogin }) => atLogin === undefined || severity === "FATAL")
    .filter(({ isOfOthers }) => isOfOthers === undefined || severity === "ERROR")
    .toSorted((one, other) => rank(other) - rank(one))[0];
}
