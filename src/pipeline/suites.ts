import { join } from "node:path";
import { ConsoleError } from "../core/errors.ts";
import { parseSuite, type Suite } from "../core/suite.ts";
import type { Session } from "./session.ts";
import { requireSoundSuites } from "./validate.ts";

/** The suites of the dataset's tables, by table. Read and checked before anything runs. */
export async function readSuites({ dataset, manifestDirectory, tables }: Session): Promise<Map<string, Suite>> {
  const suites = new Map<string, Suite>();
  for (const { name, suite } of dataset.tables) {
    if (suite === null) continue;
    const path = join(manifestDirectory, suite);
    const text = await readSuiteFile(
      path,
      "The manifest, db/dataset.json, names it: put the file there or correct the name.",
    );
    suites.set(name, parseSuite(text, path, {}));
  }
  requireSoundSuites(tables, suites);
  return suites;
}

/** The text of a suite; `hint` is for when there is none. */
export async function readSuiteFile(path: string, hint: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch (cause) {
    throw new ConsoleError("suite_invalid", `The expectation suite ${path} cannot be read.`, {
      hint,
      cause,
    });
  }
}
