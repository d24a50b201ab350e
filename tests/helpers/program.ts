import { fileURLToPath } from "node:url";

/** The program of one file that TEST_CONSOLE names, to be tested in place of this checkout; it brings no server with it. */
export const oneFile: string | undefined = process.env.TEST_CONSOLE;

/** The console as tests of the command line start it. */
export const consoleProgram: readonly string[] =
  oneFile === undefined ? [process.execPath, fileURLToPath(new URL("../../src/main.ts", import.meta.url))] : [oneFile];

const { PATH = "", HOME } = process.env;
/** As little as a program needs; with an empty HOME Bun would keep things in whatever folder it is started from. */
export const bareEnvironment: Record<string, string> = { PATH, ...(HOME ? { HOME } : {}), LANG: "C.UTF-8" };

/** What has a program of Bun's, and those it starts, load this file before itself, also where the path holds spaces. */
export const preloading = (file: string) => ({ BUN_OPTIONS: JSON.stringify(`--preload=${file}`) });
