import { rmSync } from "node:fs";
import { citusBin, hasCitusBeside, startCluster } from "../helpers/cluster.ts";
import { ownTemporaryFolder } from "../helpers/scratch.ts";
import { patternFor, toldAs } from "./not-there.ts";

/**
 * `bun run cluster`: the tests that need a Citus cluster, which they start for themselves. CITUS_BIN names the folder of the
 * programs of a PostgreSQL that has Citus beside it. `--server` makes one that is the server of the tests that follow, such as
 * `--server tests/pipeline/run.test.ts`, with the tables of each database spread over its nodes; those of tests/pipeline where
 * none is named. What cannot be tried so is left out, and told (not-there.ts).
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
let tests: Bun.Subprocess | undefined;
let isOver = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    isOver = true;
    tests?.kill(signal);
  });
}
/** No database with tables on several nodes can be copied, and to make each anew takes long: fewer sequences than elsewhere. */
const sequences = process.env.SEQUENCES ?? "4";
const onCluster = { TEST_DATABASE_URL: coordinator, TEST_CLUSTER: workers.join(" "), SEQUENCES: sequences };

async function run(words: readonly string[]): Promise<number> {
  tests = Bun.spawn([process.execPath, "test", ...words], {
    env: { ...process.env, ...(isServer && onCluster) },
    stdio: ["inherit", "inherit", "inherit"],
  });
  return await tests.exited;
}

let code = 0;
if (!isServer) code = await run(["tests/cluster", ...process.argv.slice(2)]);
else {
  const all = files.length > 0 ? files : [...new Bun.Glob("tests/pipeline/*.test.ts").scanSync()].sort();
  for (const line of toldAs()) console.log(line);
  for (const file of all) {
    const pattern = patternFor(file);
    if (pattern === null || isOver) continue;
    code = Math.max(code, await run([file, ...(pattern === "" ? [] : ["-t", pattern])]));
  }
}
await cluster?.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(code);
