import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** One way to get the console and start it, as a shell script that is run in an empty folder. */
export interface Way {
  name: string;
  /** Lines of bash, ended by the first that fails. `$CHECKOUT` is a fresh one, `$TARBALL` what `npm pack` makes of it. */
  script: string;
  /** What the last command ends with, and what all of them write. */
  exit: number;
  says: RegExp;
  /** Not one of these. */
  neverSays?: RegExp;
  /** What the words advise, and what the whole then comes to. */
  remedy?: { script: string; says: RegExp };
  /** Why it cannot be tried here; null where it can. */
  unless?: () => string | null;
}

/** What every way finds. */
export interface Supplies {
  checkout: string;
  tarball: string;
  program: string;
  /** A URL of a database of its own, for each that asks. */
  url: string;
}

/** Carried out in a folder and a home of its own, with nothing of ours in the environment; what was wrong, or nothing. */
export async function complaintsOf(way: Way, supplies: Supplies, folder: string): Promise<string[]> {
  mkdirSync(join(folder, "home"), { recursive: true });
  mkdirSync(join(folder, "empty"));
  try {
    const first = run(way.script, supplies, folder);
    const complaints = unlike(first, way.exit, way.says, way.neverSays ?? /This is a defect of the console/);
    if (way.remedy !== undefined && complaints.length === 0) {
      const then = run(way.remedy.script, supplies, folder);
      complaints.push(...unlike(then, 0, way.remedy.says, /error: /).map((one) => `after the remedy: ${one}`));
    }
    return complaints;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unlike(
  { code, output }: { code: number; output: string },
  exit: number,
  says: RegExp,
  never: RegExp,
): string[] {
  const complaints: string[] = [];
  if (code !== exit) complaints.push(`exit code ${code} in place of ${exit}`);
  if (!says.test(output)) complaints.push(`nothing of ${says} is said`);
  if (never.test(output)) complaints.push(`${never} is said`);
  return complaints.length === 0 ? [] : [...complaints, `said: ${output.trim().split("\n").slice(-6).join(" | ")}`];
}

/** How registries are reached from here, which is no matter of the console's. */
const network = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|npm_config_\w+|\w+_PROXY)$/i.test(name),
  ),
);

function run(script: string, { checkout, tarball, program, url }: Supplies, folder: string) {
  const { exitCode, stdout } = Bun.spawnSync(["bash", "-c", `set -e; exec 2>&1\n${script}`], {
    cwd: join(folder, "empty"),
    stdin: "ignore",
    env: {
      ...network,
      PATH: process.env.PATH ?? "",
      HOME: join(folder, "home"),
      BUN_INSTALL: join(folder, "home/.bun"),
      npm_config_update_notifier: "false",
      npm_config_fund: "false",
      npm_config_audit: "false",
      FOLDER: folder,
      CHECKOUT: checkout,
      TARBALL: tarball,
      PROGRAM: program,
      URL: url,
    },
  });
  return { code: exitCode ?? -1, output: stdout.toString() };
}
