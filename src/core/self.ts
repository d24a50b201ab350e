/**
 * Where this program is, what is shipped with it, and how it and its parts are started: files that Bun runs, in a checkout
 * or as a package, or one file that holds all of them (`bun run build`).
 */

/** What Bun calls the folder inside a program of one file. */
const insideRoot = "/$bunfs/root/";
// Two folders up, without what Node has of paths: the subprocess is started before that is loaded.
const root = import.meta.dir.replace(/(?:[\\/][^\\/]+){2}$/, "") || "/";

export type Form = "checkout" | "package" | "one_file";

export const form: Form = Bun.main.startsWith(insideRoot)
  ? "one_file"
  : /[\\/]node_modules[\\/]/.test(`${root}/`)
    ? "package"
    : "checkout";

/** The folder that a checkout or a package lies in; null for a program of one file, which may be anywhere. */
export const ownFolder = form === "one_file" ? null : root;

/** The path of a file or folder that is shipped with the program, such as `db`. */
export function shipped(path: string): string {
  return (ownFolder === null ? insideRoot : `${ownFolder}/`) + path;
}

/** How whoever runs it calls the program, as words for a shell. */
export const program = calledAs(form, process.cwd());

function calledAs(as: Form, cwd: string): string {
  if (as === "package") return "streamflow-console";
  if (as === "one_file") return process.execPath.replace(/^.*[\\/]/, "");
  return ownFolder === cwd ? "bun run console" : `bun ${shipped("src/main.ts")}`;
}

/** What makes drops to try it with, as words for a shell; null where none of it is shipped. */
export const generator =
  form === "checkout"
    ? ownFolder === process.cwd()
      ? "bun run generate"
      : `bun ${shipped("data/generate.ts")}`
    : null;

/** Parts that run in processes of their own, by their files below `src`. */
const parts = { pipeline: "pipeline/main.ts", leave: "postgres/embedded/leave.ts" } as const;
export type Part = keyof typeof parts;

export const partOption = "--as=";

/** The words that start a part, its own words left out; `options` are Bun's. */
export function wordsOf(part: Part, options: readonly string[] = []): string[] {
  if (form === "one_file") return [process.execPath, partOption + part];
  return [process.execPath, ...options, shipped(`src/${parts[part]}`)];
}
