import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createServer, connect as dial, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { isBySocket, parseUrl } from "../../src/postgres/target/url.ts";
import { smallDrop } from "../helpers/drops.ts";
import { ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);

/** An address of this machine that others could reach it by; none where it has no network. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));
const connectionOf = async (pipeline: Pipeline) =>
  (await pipeline.call({ kind: "doctor" })).checks.find(({ name }) => name === "connection");

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  place.drops.write("month_000", smallDrop(["u1"]));
  place.drops.write("month_001", smallDrop(["u1", "u2"], 1));
});
afterAll(() => place.close());

test("a server that nobody could listen to is nothing to warn of", async () => {
  expect(warnings(await ranIn(place.pipeline, ["month_000"], { dry_run: true }))).toEqual([]);
  expect(await connectionOf(place.pipeline)).toMatchObject({ state: "ok" });
});

describe.skipIf(address === undefined)("a server elsewhere that is reached in clear", () => {
  let relay: Server;
  let pipeline: Pipeline;
  beforeAll(async () => {
    const target = parseUrl(place.database.url);
    const to = isBySocket(target)
      ? { path: `${target.host}/.s.PGSQL.${target.port}` }
      : { host: target.host, port: target.port };
    relay = createServer((client) => {
      const server = dial(to);
      for (const socket of [client, server]) socket.on("error", () => {});
      client.pipe(server).pipe(client);
    });
    const listening = Promise.withResolvers<void>();
    relay.listen(0, address, () => listening.resolve());
    await listening.promise;
    const bound = relay.address();
    const port = typeof bound === "object" ? bound?.port : 0;
    const login = `${encodeURIComponent(target.user)}:${encodeURIComponent(target.password ?? "")}`;
    const database = `postgresql://${login}@${address}:${port}/${target.database}?sslmode=disable`;
    pipeline = startPipeline({ data: place.drops.path, home: `${place.drops.path}/away`, database });
  });
  afterAll(async () => {
    await pipeline.close();
    relay.close();
  });

  test("is warned of once a request, and in the ledger", async () => {
    const events = await ranIn(pipeline, ["month_000", "month_001"]);
    const [told, ...more] = warnings(events).filter((title) => title.includes("connection"));
    expect(told).toContain(`connection to ${address}`);
    expect(told).toContain("is not encrypted (sslmode=disable)");
    expect(more).toEqual([]);
    const first = events.find(({ run }) => run !== null)?.run ?? 0;
    const { warnings: kept } = await pipeline.call({ kind: "show", run: first });
    expect(kept.map(({ title }) => title)).toContain(told ?? "");
  });

  test("is warned of by doctor, with a remedy", async () => {
    expect(await connectionOf(pipeline)).toMatchObject({
      state: "warn",
      remedy: expect.stringContaining("sslmode=verify-full&sslrootcert=FILE"),
    });
  });
});
