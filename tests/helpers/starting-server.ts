import { createConnection, createServer, type Socket } from "node:net";
import { parseUrl } from "../../src/postgres/target/url.ts";

/** ErrorResponse of a server that is not ready: fields by their letters, each ended by a zero. */
const fields = Buffer.from("SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0");
const notYet = Buffer.concat([Buffer.from("E"), Buffer.alloc(4), fields]);
notYet.writeInt32BE(fields.length + 4, 1);

/** The way to a server's database, where so many are told first that it is starting up. */
export async function startingServer(url: string, refusals: number): Promise<{ url: string; close(): Promise<void> }> {
  const target = parseUrl(url);
  const place = target.host.startsWith("/")
    ? { path: `${target.host}/.s.PGSQL.${target.port}` }
    : { host: target.host, port: target.port };
  let left = refusals;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    open.add(near.on("error", () => {}));
    if (left-- > 0) {
      near.once("data", () => near.end(notYet));
      return;
    }
    const far = createConnection(place).on("error", () => near.destroy());
    open.add(far);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the way has no port");
  return {
    url: `postgresql://${target.user}@127.0.0.1:${address.port}/${target.database}?sslmode=disable`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
