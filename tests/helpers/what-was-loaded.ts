import { appendFileSync } from "node:fs";

/** Preloaded into a process: once it ends, the program it was and the files it had loaded stand in $LOADED, a JSON line. */
process.on("exit", () => {
  const line = { program: Bun.main, loaded: Object.keys(require.cache) };
  appendFileSync(process.env.LOADED ?? "", `${JSON.stringify(line)}\n`);
});
