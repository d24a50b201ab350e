#!/usr/bin/env bun
import "./client/runtime.ts";
import { builtFile, isBuilt } from "./client/built.ts";
import { spawnFirst } from "./client/subprocess.ts";
import { ownFolder } from "./core/self.ts";

// A list is there, and a screen drawn, before compiled code pays: the screens and reports take this back.
Bun.unsafe.setJITPolicy(20);
// Started from its own folder, Bun has read them.
if (process.cwd() !== ownFolder) (await import("./client/project.ts")).takeProjectSettings();
const argv = process.argv.slice(2);
// It takes longer to get ready than the rest of us to be loaded and the command line to be understood.
const needsNone =
  ["help", "--help", "-h", "--version"].some((word) => argv.includes(word)) ||
  ["completion", "manual"].includes(argv[0] ?? "");
const begun = needsNone ? { subprocess: null, isBuilt: isBuilt() } : headStart();
const program: typeof import("./program.ts") = begun.isBuilt
  ? require(builtFile("console"))
  : await import("./program.ts");
const exitCode = await program.main(argv, begun.subprocess);
process.exit(exitCode);

function headStart() {
  try {
    return spawnFirst();
  } catch {
    // What needs it tries again, and tells.
    return { subprocess: null, isBuilt: false };
  }
}
