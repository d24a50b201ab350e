import { citusBin, hasCitusBeside } from "../helpers/cluster.ts";

/**
 * `bun run cluster`: the tests that need a Citus cluster, which they start for themselves. CITUS_BIN names the folder of the
 * programs of a PostgreSQL that has Citus beside it. Arguments go to `bun test`.
 */
if (citusBin === null || !hasCitusBeside(citusBin)) {
  const place = citusBin === null ? "CITUS_BIN is not set" : `there is no Citus beside ${citusBin}`;
  console.error(`${place}: name the folder that has pg_config and postgres of a PostgreSQL with Citus.`);
  process.exit(2);
}
const tests = Bun.spawn([process.execPath, "test", "tests/cluster", ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit"],
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => tests.kill(signal));
process.exit(await tests.exited);
