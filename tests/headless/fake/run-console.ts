import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../../helpers/program.ts";
import { type Outcome, type Running, start } from "../process.ts";
import { type Script, scriptVariable } from "./pipeline.ts";

/** The console over a fake pipeline, as a shell would start it. */
export const fakeConsole = [process.execPath, fileURLToPath(new URL("./console.ts", import.meta.url))];

export function environment(script: Script): Record<string, string> {
  return { ...bareEnvironment, [scriptVariable]: JSON.stringify(script) };
}

export function startConsole(args: readonly string[], script: Script = {}): Running {
  return start([...fakeConsole, ...args], environment(script));
}

export function runConsole(args: readonly string[], script: Script = {}): Promise<Outcome> {
  return startConsole(args, script).outcome;
}
