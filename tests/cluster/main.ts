import { rmSync } from "node:fs";
import { citusBin, hasCitusBeside, startCluster } from "../helpers/cluster.ts";
import { ownTemporaryFolder } from "../helpers/scratch.ts";

/**
 * `bun run cluster`: the tests that need a Citus cluster, which they start for themselves. CITUS_BIN names the folder of the
 * programs of a PostgreSQL that has Citus beside it. `--server` makes one that is the server of the tests that follow, such as
 * `--server tests/pipeline/run.test.ts`, with the tables of each database spread over its nodes.
 */
if (citusBin === null || !hasCitusBeside(citusBin)) {
  const place = citusBin === null ? "CITUS_BIN is not set" : `there is no Citus beside ${citusBin}`;
  console.error(`${place}: name the folder that has pg_config and postgres of a PostgreSQL with Citus.`);
  process.exit(2);
}
const [first, ...files] = process.argv.slice(2);
const isServer = first === "--server";
const folder = ownTemporaryFolder();
const cluster = isServer ? await startCluster() : null;
const [coordinator, ...workers] = (cluster?.nodes ?? []).map(({ url }) => url);
const tests = Bun.spawn(
  [process.execPath, "test", ...(isServer ? files : ["tests/cluster", ...process.argv.slice(2)])],
  {
    env: { ...process.env, ...(isServer && { TEST_DATABASE_URL: coordinator, TEST_CLUSTER: workers.join(" ") }) },
    stdio: ["inherit", "inherit", "inherit"],
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => tests.kill(signal));
const code = await tests.exited;
await cluster?.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(code);
