import { rmSync } from "node:fs";
import { connect } from "../src/postgres/connection/connect.ts";
import { startEmbedded } from "./helpers/embedded.ts";
import { databaseName } from "./helpers/names.ts";
import { ownTemporaryFolder } from "./helpers/scratch.ts";

/**
 * `bun run test`: two files at a time, against one server, with one set of template databases and one temporary folder,
 * all of it removed at the end, also when workers are cut short. Arguments go to `bun test`, which alone works as well
 * and then starts a server for itself.
 */
const run = String(process.pid);
const folder = ownTemporaryFolder();

const given = process.env.TEST_DATABASE_URL;
const embedded = given ? null : await startEmbedded();
const url = embedded?.url ?? given ?? "";

// A limit is for what hangs: on a machine that others use as well, Bun's five seconds pass over half a second's work.
const limit = "--timeout=60000";
const tests = Bun.spawn([process.execPath, "test", "--parallel=2", limit, ...process.argv.slice(2)], {
  env: { ...process.env, TEST_DATABASE_URL: url, TEST_RUN: run },
  stdio: ["inherit", "inherit", "inherit"],
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => tests.kill(signal));
const code = await tests.exited;
if (embedded === null) await dropDatabases();
await embedded?.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(code);

/** On a server that stays: the templates, and what a file left that was cut short. */
async function dropDatabases(): Promise<void> {
  const sql = connect(url, { applicationName: "test helper" });
  const prefix = databaseName(run, "");
  const names = await sql<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${prefix})`;
  for (const { name } of names) await sql`drop database ${sql(name)} with (force)`;
  await sql.end();
}
