import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { settleTransaction } from "../../src/postgres/connection/settings.ts";
import { isBySocket, parseUrl, type Target } from "../../src/postgres/target/url.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Whatever a role or a database has set to end what takes long, a run takes as long as it takes. */

setDefaultTimeout(60_000);

const patienceMs = 1_000;
let place: Workplace;
let sql: Sql;
let timeouts: string[];

beforeEach(async () => {
  place = await workplace();
  sql = place.database.sql;
  place.drops.write("month_000", smallDrop(["u1", "u2"]));
  const found = await sql<{ name: string }[]>`
    select name from pg_settings where name ~ '^(statement|transaction|idle.*session)_timeout$'`;
  timeouts = found.map(({ name }) => name);
});
afterEach(() => place.close());

/** For the sessions that begin from now on. */
async function setTimeouts(): Promise<void> {
  for (const name of timeouts) {
    await sql.unsafe(`alter database "${sql.options.database}" set ${name} = ${patienceMs}`);
  }
}

/** A way to the server on which nothing that the first session asks arrives. */
function slowAtFirst(target: Target) {
  const { host, port, user, password, database } = target;
  let count = 0;
  const isQuery = (bytes: Buffer) => bytes[0] === "Q".charCodeAt(0);
  const listener = Bun.listen<{ isFirst: boolean; server: Promise<Bun.Socket> }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        const passedOn = {
          data: (_: unknown, bytes: Buffer) => void client.write(bytes),
          close: () => void client.end(),
        };
        const connected = isBySocket(target)
          ? Bun.connect({ unix: `${host}/.s.PGSQL.${port}`, socket: passedOn })
          : Bun.connect({ hostname: host, port, socket: passedOn });
        client.data = { isFirst: count++ === 0, server: connected };
      },
      async data({ data: { isFirst, server } }, bytes) {
        if (!isFirst || !isQuery(bytes)) (await server).write(bytes);
      },
      async close({ data: { server } }) {
        (await server).end();
      },
    },
  });
  const login = password === null ? user : `${user}:${password}`;
  const url = `postgresql://${login}@127.0.0.1:${listener.port}/${database}?sslmode=disable`;
  return { url, sessions: () => count, stop: () => listener.stop(true) };
}

async function settingsOf(session: Pick<Sql, "unsafe">): Promise<unknown[]> {
  const names = timeouts.map((name) => `current_setting('${name}')`);
  const [row] = await session
    .unsafe(`select current_setting('client_connection_check_interval'), ${names.join(", ")}`)
    .values();
  return row ?? [];
}

test("a session that was opened is cut by none of them, nor is a transaction on a connection made anew", async () => {
  await setTimeouts();
  const wanted = ["2s", ...timeouts.map(() => "0")];
  const opened = await openDatabase(place.database.url);
  expect(await settingsOf(opened)).toEqual(wanted);
  await opened.end();
  const two = await openDatabase(place.database.url, { max: 2 });
  const first = await two.reserve();
  // On a connection that this pool makes later.
  expect(await settingsOf(two)).toEqual(wanted);
  first.release();
  await two.end();
  const made = connect(place.database.url);
  await made.begin(async (tx) => {
    await settleTransaction(tx);
    expect(await settingsOf(tx)).toEqual(wanted);
  });
  await made.end();
});

test("a session that is cut before it could be settled is begun anew", async () => {
  await setTimeouts();
  const way = slowAtFirst(parseUrl(place.database.url));
  const opened = await openDatabase(way.url);
  expect(await settingsOf(opened)).toEqual(["2s", ...timeouts.map(() => "0")]);
  await opened.end();
  expect(way.sessions()).toBe(2);
  way.stop();
});

test("a run waits for a lock that others hold for longer than that, and is published", async () => {
  place.drops.write("month_001", smallDrop(["u1", "u2", "u3"], 1));
  // All that is loaded for the first run: who has to load it is long in coming to a session that was begun.
  expect(lastOf(await ranIn(place.pipeline, ["month_000"]), "run.finished")?.status).toBe("published");
  const writes = await blockWrites(place.database.url, "labels");
  await setTimeouts();
  const ran = ranIn(place.pipeline, ["month_001"]);
  // A run that ends at once says why.
  const ended = ran.then((events) => Promise.reject(new Error(JSON.stringify(events.at(-1)))));
  const backend = await Promise.race([whoWaits(sql, "Lock"), ended]);
  for (let waited = 0; waited < 3 * patienceMs; ) {
    const [row] = await sql<{ ms: number | null }[]>`
      select extract(epoch from clock_timestamp() - query_start) * 1000 as ms from pg_stat_activity where pid = ${backend}`;
    if (row === undefined) break;
    waited = Number(row.ms);
  }
  await writes.release();
  expect(lastOf(await ran, "run.failed")).toBeUndefined();
  expect(lastOf(await ran, "run.finished")?.status).toBe("published");
});
