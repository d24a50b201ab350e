import { join } from "node:path";
import { ConsoleError } from "../core/errors.ts";
import { parseSuite, type Suite } from "../core/suite.ts";
import type { Session } from "./session.ts";

/** The suites of the dataset's tables, by table. Read and checked before anything runs. */
export async function readSuites({ dataset, manifestDirectory }: Session): Promise<Map<string, Suite>> {
  const suites = new Map<string, Suite>();
  for (const { name, suite } of dataset.tables) {
    if (suite === null) continue;
    const path = join(manifestDirectory, suite);
    suites.set(name, parseSuite(await readSuite(path), path, {}));
  }
  return suites;
}

async function readSuite(path: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch (cause) {
    throw new ConsoleError("suite_invalid", `The expectation suite ${path} cannot be read.`, {
      hint: "The manifest, db/dataset.json, names it: put the file there or correct the name.",
      cause,
    });
  }
}
