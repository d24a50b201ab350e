import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ConsoleError } from "../../../src/core/errors.ts";
import { connect } from "../../../src/postgres/connection/connect.ts";

const scripts = join(import.meta.dir, "../by-hand");

type Variables = Record<string, string>;

/** A hand-written script, and what its variables are. */
interface Script {
  file: string;
  variables?: Variables;
}

/** Runs the hand-written scripts: psql where there is one, else the same statements by postgres.js. */
export interface Runner {
  name: string;
  /** In this folder, whose files a `\copy` names. */
  play(url: string, script: Script, folder: string): Promise<void>;
  /** From start to end of a program that asks the least there is to ask; null where there is no such program. */
  askLeast: ((url: string) => Promise<void>) | null;
}

/** The live and snapshot tables. */
export const schema: Script = { file: "schema.sql" };
/** Six tables for the bare COPY, and that. */
export const copiedTables: Script = { file: "copied-tables.sql" };
export const bareCopy: Script = { file: "copy.sql" };

/** A drop's way into the tables, stamped `asOf` (`YYYY-MM-DD`). */
export function monthScript(asOf: string, ending: "commit" | "rollback" = "commit"): Script {
  return { file: "month.sql", variables: { as_of: asOf, ending } };
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
    throw new ConsoleError("database_error", `psql ${options.join(" ")} failed in ${folder}: ${words.trim()}`, {
      hint: "The scripts by hand are in tests/bench/by-hand: psql names the line.",
    });
  };
  return {
    name: Bun.spawnSync([binary, "--version"]).stdout.toString().trim(),
    play(url, { file, variables = {} }, folder) {
      const set = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
      return run(folder, ...set, "--file", join(scripts, file), url);
    },
    askLeast: (url) => run(".", "--command", "select 1", url),
  };
}

export const driverRunner: Runner = {
  name: "postgres.js (no psql on the PATH)",
  async play(url, { file, variables = {} }, folder) {
    const sql = connect(url);
    try {
      for (const { copy, statement } of statementsOf(await Bun.file(join(scripts, file)).text(), variables)) {
        if (copy === null) await sql.unsafe(statement);
        else await pipeline(createReadStream(join(folder, copy)), await sql.unsafe(statement).writable());
      }
    } finally {
      await sql.end();
    }
  },
  askLeast: null,
};

interface Step {
  statement: string;
  /** The file that a `\copy` sends; null for any other statement. */
  copy: string | null;
}

/** The statements of one of our own scripts, whose semicolons stand only at line ends. */
function statementsOf(script: string, variables: Variables): Step[] {
  const steps: Step[] = [];
  let open = "";
  for (const line of filledIn(script, variables).split("\n")) {
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

/** As psql does it: `:'name'` is a text, and a `:name` of its own line is put there as it is. */
function filledIn(script: string, variables: Variables): string {
  return Object.entries(variables).reduce(
    (text, [name, value]) => text.replaceAll(`:'${name}'`, `'${value}'`).replaceAll(`\n:${name};`, `\n${value};`),
    script,
  );
}
