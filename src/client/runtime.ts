import { engines } from "../../package.json" with { type: "json" };

/**
 * Ends the process where it is no Bun that can run the console, before anything is loaded that would fail half way. To be
 * imported first.
 */
if (typeof Bun === "undefined" || !Bun.semver.satisfies(Bun.version, engines.bun)) {
  const found = typeof Bun === "undefined" ? `Node.js ${process.versions.node}` : `Bun ${Bun.version}`;
  process.stderr.write(`error: The console needs Bun ${engines.bun.replace(">=", "")} or newer; this is ${found}.\n`);
  process.stderr.write(
    "remedy: Install it with `npm install -g bun`, and see by `bun --version` that it is the one found.\n",
  );
  // As `installation` in core/errors.ts, which is not loaded by then.
  process.exit(3);
}
