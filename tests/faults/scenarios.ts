import { type DropFolder, smallDrop } from "../helpers/drops.ts";
import { runConsole } from "./console.ts";
import type { Content } from "./places/place.ts";

/** A way to run months, on a database that begins with a content of its own. */
export interface Scenario {
  name: string;
  content: Content;
  words: readonly string[];
  /** Write the drops that are run. */
  write(drops: DropFolder): void;
  /** What the ledger says of the run once it is through. */
  done: "published" | "dry_run";
}

const users = Array.from({ length: 24 }, (_, index) => `u${index}`);

/** Drops of months 0, 1 and 2; the last of them is corrected later where that is the point. */
export function writeMonths(drops: DropFolder, corrected = false): void {
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users, 1));
  drops.write("month_002", smallDrop(users, corrected ? 9 : 2));
}

function content(name: string, months: readonly string[]): Content {
  return {
    name,
    async prepare(words) {
      if (months.length === 0) return;
      const asked = months.flatMap((month) => ["--month", month]);
      const { code, stderr } = await runConsole([...asked, ...words], { write: writeMonths });
      if (code !== 0) throw new Error(`a database cannot be prepared:\n${stderr}`);
    },
  };
}

const nothing = content("nothing", []);
const january = content("january", ["0"]);
const gap = content("gap", ["0", "2"]);
const write = (drops: DropFolder) => writeMonths(drops);
const done = "published";

export const scenarios = {
  first: { name: "a first run", content: nothing, words: ["--month", "0"], write, done },
  next: { name: "a next run", content: january, words: ["--month", "1"], write, done },
  force: { name: "a run by force", content: january, words: ["--month", "0", "--force"], write, done },
  backfill: { name: "a backfill", content: gap, words: ["--month", "1", "--backfill"], write, done },
  restamp: {
    name: "a restamp",
    content: gap,
    words: ["--month", "2", "--restamp"],
    write: (drops: DropFolder) => writeMonths(drops, true),
    done,
  },
  dry: { name: "a dry run", content: january, words: ["--month", "1", "--dry-run"], write, done: "dry_run" },
} satisfies Record<string, Scenario>;
