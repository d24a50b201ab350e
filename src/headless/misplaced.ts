import { type ConsoleError, usageError } from "../core/errors.ts";
import { holdsPassword, isDatabaseUrl, isLoginBegun } from "../core/secrets/shapes.ts";
import { isInBucket, whereKeysBelong } from "../core/settings.ts";
import { commands } from "./commands.ts";
import { flags } from "./flags.ts";

const longFlags = Object.values(flags).map(({ syntax }) => syntax.split(" ")[0] ?? "");
const databaseFlag = "--database";

/**
 * Throws for a database's URL, or anything else with a password, that does not stand behind --database. It is looked for
 * before the command line is understood: where it stands, it would be taken for a folder, a month, a file, and be named so.
 */
export function refuseMisplaced(argv: readonly string[]): void {
  for (const [index, word] of argv.entries()) {
    if (argv[index - 1] === databaseFlag || word.startsWith(`${databaseFlag}=`)) {
      // The rest of the password would be taken for words of the command.
      if (isLoginBegun(word) && argv.slice(index).some((later) => later.includes("@"))) throw cutInTwo();
    } else if (isDatabaseUrl(word) || holdsPassword(word)) throw misplaced(word, placeOf(argv, index));
  }
}

function cutInTwo(): ConsoleError {
  return usageError("A blank cuts the URL behind --database in two.", "Put it in quotes, or write the blank as %20.");
}

function misplaced(word: string, place: string): ConsoleError {
  if (isInBucket(word.replace(/^--[a-z-]+=/, ""))) {
    return usageError(`The keys of a bucket stand ${place}.`, whereKeysBelong);
  }
  return isDatabaseUrl(word)
    ? usageError(`A database URL stands ${place}.`, "Give it as --database URL, or set DATABASE_URL to it.")
    : usageError(
        `Something with a password in it stands ${place}.`,
        "A password belongs into --database URL, DATABASE_URL, PGPASSWORD or ~/.pgpass, and nowhere else.",
      );
}

/** Where a word stands, in words that are known: what stands before it may be a mistake, too. */
function placeOf(argv: readonly string[], index: number): string {
  const [own = ""] = /^--[a-z-]+(?==)/.exec(argv[index] ?? "") ?? [];
  const before = own === "" ? (argv[index - 1] ?? "") : own;
  if (before.startsWith("--") && !longFlags.includes(before)) return "behind a flag that there is not";
  if (before.startsWith("--")) return `behind ${before}`;
  if (before !== "" && Object.hasOwn(commands, before)) return `behind \`${before}\``;
  return index === 0 ? "where a command is expected" : "where none is expected";
}
