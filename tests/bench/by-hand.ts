import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ConsoleError } from "../../src/core/errors.ts";
import { connect } from "../../src/postgres/connection/connect.ts";

const schemaScript = join(import.meta.dir, "by-hand/schema.sql");
const monthScript = join(import.meta.dir, "by-hand/month.sql");

/** Runs the hand-written scripts: psql where there is one, else the same statements by postgres.js. */
export interface Runner {
  name: string;
  setUp(url: string): Promise<void>;
  /** Loads the drop in `folder`, stamped `asOf` (`YYYY-MM-DD`). */
  load(url: string, folder: string, asOf: string): Promise<void>;
}

export function findRunner(): Runner {
  const binary = Bun.which("psql");
  return binary === null ? driverRunner : psqlRunner(binary);
}

export function psqlRunner(binary: string): Runner {
  const run = async (folder: string, ...options: string[]) => {
    const child = Bun.spawn([binary, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", ...options], {
      cwd: folder,
      stdout: "ignore",
      stderr: "pipe",
    });
    const words = await child.stderr.text();
    if ((await child.exited) === 0) return;
    throw new ConsoleError("database_error", `The script by hand failed in ${folder}: ${words.trim()}`, {
      hint: "It is tests/bench/by-hand/month.sql: psql names the line.",
    });
  };
  const version = Bun.spawnSync([binary, "--version"]).stdout.toString().trim();
  return {
    name: version,
    setUp: (url) => run(".", "--file", schemaScript, url),
    load: (url, folder, asOf) => run(folder, "--set", `as_of=${asOf}`, "--file", monthScript, url),
  };
}

export const driverRunner: Runner = {
  name: "postgres.js (no psql on the PATH)",
  setUp: (url) => play(url, schemaScript, ".", ""),
  load: (url, folder, asOf) => play(url, monthScript, folder, asOf),
};

async function play(url: string, script: string, folder: string, asOf: string): Promise<void> {
  const sql = connect(url);
  try {
    for (const { copy, statement } of statementsOf(await Bun.file(script).text(), asOf)) {
      if (copy === null) await sql.unsafe(statement);
      else await pipeline(createReadStream(join(folder, copy)), await sql.unsafe(statement).writable());
    }
  } finally {
    await sql.end();
  }
}

interface Step {
  statement: string;
  /** The file that a `\copy` sends; null for any other statement. */
  copy: string | null;
}

/** The statements of one of our own scripts, whose semicolons stand only at line ends. */
function statementsOf(script: string, asOf: string): Step[] {
  const steps: Step[] = [];
  let open = "";
  for (const line of script.replaceAll(":'as_of'", `'${asOf}'`).split("\n")) {
    const copy = /^\\copy (.+) from '(.+)' (with .+)$/.exec(line);
    if (copy !== null) {
      steps.push({ statement: `copy ${copy[1]} from stdin ${copy[3]}`, copy: copy[2] ?? null });
    } else {
      open += `${line}\n`;
      if (!line.endsWith(";")) continue;
      steps.push({ statement: open, copy: null });
      open = "";
    }
  }
  return steps;
}
