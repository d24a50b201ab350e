import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConsoleError, metLater } from "../../../src/core/errors.ts";
import { parseUrl, type Target } from "../../../src/postgres/target/url.ts";
import { Conversation } from "./conversation.ts";
import { MessageReader } from "./messages.ts";

/** Stands between a client and a server, passes every byte on as it is, and reads along. */
export interface Proxy {
  /** The same database by way of the proxy. */
  url: string;
  conversations: readonly Conversation[];
  /** When the first connection was asked for; null before. */
  firstConnection(): number | null;
  /** Never resolves; rejects when what is said cannot be read. */
  readonly unreadable: Promise<never>;
  close(): Promise<void>;
}

/** Statements are dated by `now`. */
export async function openProxy(url: string, now: () => number): Promise<Proxy> {
  const target = parseUrl(url);
  const conversations: Conversation[] = [];
  const sockets = new Set<Socket>();
  const { promise: unreadable, reject } = Promise.withResolvers<never>();
  metLater(unreadable);
  let first: number | null = null;
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    first ??= now();
    const server = connectTo(target);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    const conversation = new Conversation(conversations.length + 1);
    conversations.push(conversation);
    readAlong(client, server, conversation, now, () => reject(encrypted()));
    passOn(client, server);
    passOn(server, client);
  });
  const { host, port, leave } = await listenLike(listener, target);
  return {
    url: urlBy(url, host, port),
    conversations,
    firstConnection: () => first,
    unreadable,
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      leave();
    },
  };
}

function readAlong(client: Socket, server: Socket, conversation: Conversation, now: () => number, giveUp: () => void) {
  const fromServer = new MessageReader("server", (message) => {
    if (message.kind === "tls" && message.body[0] !== "N".charCodeAt(0)) giveUp();
    else conversation.answered(message, now());
  });
  const fromClient = new MessageReader("client", (message) => {
    if (message.kind === "tls?" || message.kind === "gss?") fromServer.expectByte();
    conversation.sent(message, now());
  });
  client.on("data", (chunk: Buffer) => fromClient.read(chunk));
  server.on("data", (chunk: Buffer) => fromServer.read(chunk));
  server.on("close", () => conversation.closed(now()));
}

/** All that one says, and its leaving, however it leaves. */
function passOn(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.on("close", () => to.end());
}

function connectTo({ host, port }: Target): Socket {
  const half = { allowHalfOpen: true };
  return host.startsWith("/") ? connect({ path: socketIn(host, port), ...half }) : connect({ host, port, ...half });
}

interface Place {
  host: string;
  port: number;
  leave(): void;
}

/** On a Unix socket where the server is on one, for a client asks those for no TLS; else on a free port of this machine. */
async function listenLike(listener: Server, target: Target): Promise<Place> {
  const listening = once(listener, "listening");
  if (!target.host.startsWith("/")) {
    listener.listen(0, "127.0.0.1");
    await listening;
    const address = listener.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return { host: "127.0.0.1", port, leave() {} };
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-proxy-"));
  listener.listen(socketIn(folder, target.port));
  await listening;
  return { host: folder, port: target.port, leave: () => rmSync(folder, { recursive: true, force: true }) };
}

function socketIn(folder: string, port: number): string {
  return `${folder}/.s.PGSQL.${port}`;
}

/** The same URL with another place: parameters are taken before what stands at the beginning. */
export function urlBy(url: string, host: string, port: number): string {
  const [start = "", query = ""] = url.split("?", 2);
  const others = query.split("&").filter((one) => one !== "" && !/^(host|port)=/.test(one));
  const login = /^\w+:\/\/(?:[^@/]*@)?/.exec(start)?.[0] ?? "";
  const path = /^\/[^?]*/.exec(start.slice(login.length).replace(/^[^/]*/, ""))?.[0] ?? "";
  return `${login}${path}?${[`host=${encodeURIComponent(host)}`, `port=${port}`, ...others].join("&")}`;
}

function encrypted(): ConsoleError {
  return new ConsoleError(
    "usage",
    "What the console and the server say is encrypted, so nothing of it can be measured.",
    {
      hint: "Profile needs sslmode=disable: add it to the URL after --database, as in postgresql://…/app?sslmode=disable.",
    },
  );
}
