#!/usr/bin/env bun
import "./client/runtime.ts";
import { takeProjectSettings } from "./client/project.ts";
import { type Subprocess, spawnPipeline } from "./client/subprocess.ts";

takeProjectSettings();
const argv = process.argv.slice(2);
// It takes longer to get ready than the rest of us to be loaded and the command line to be understood.
const needsNone =
  ["help", "--help", "-h", "--version"].some((word) => argv.includes(word)) ||
  ["completion", "manual"].includes(argv[0] ?? "");
const subprocess = needsNone ? null : headStart();
const { main } = await import("./program.ts");
const exitCode = await main(argv, subprocess);
process.exit(exitCode);

function headStart(): Subprocess | null {
  try {
    return spawnPipeline();
  } catch {
    // What needs it tries again, and tells.
    return null;
  }
}
