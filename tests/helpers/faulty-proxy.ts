import type { Socket } from "bun";

/** A proxy in front of a server that loses connections, or answers in its place. */
export interface FaultyProxy {
  url: string;
  /** Each request that came by: method, path without its query, and the range that was asked for. */
  requests: string[];
  /** Lets so many bytes of an answer through, then cuts the connection; null for all of it. Asked at each request. */
  cutAfter: (request: string) => number | null;
  /** True for what is never answered, nor its connection closed. */
  stalls: (request: string) => boolean;
  /** What is answered instead; null for what the server says. */
  instead: (request: string) => string | null;
  stop(): void;
}

interface Way {
  server: Socket<undefined> | null;
  waiting: Buffer[];
  left: number;
}

export function faultyProxy(target: string): FaultyProxy {
  const { hostname, port } = new URL(target);
  const listener = Bun.listen<Way>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      async open(client) {
        client.data = { server: null, waiting: [], left: Number.POSITIVE_INFINITY };
        const way = client.data;
        way.server = await Bun.connect({
          hostname,
          port: Number(port),
          socket: {
            data: (_, bytes) => passOn(client, bytes),
            close: () => void client.end(),
          },
        }).catch(() => null);
        for (const bytes of way.waiting.splice(0)) way.server?.write(bytes);
      },
      data(client, bytes) {
        const request = requestIn(bytes);
        if (request !== null) {
          proxy.requests.push(request);
          if (proxy.stalls(request)) return;
          client.data.left = proxy.cutAfter(request) ?? Number.POSITIVE_INFINITY;
          const answer = proxy.instead(request);
          if (answer !== null) return void client.end(answer);
        }
        const { server, waiting } = client.data;
        if (server === null) waiting.push(Buffer.from(bytes));
        else server.write(bytes);
      },
      close: (client) => void client.data?.server?.end(),
      drain: (client) => flush(client),
    },
  });
  const held = new WeakMap<Socket<Way>, Buffer[]>();
  /** What a socket does not take at once is kept, in order, until it does. */
  function passOn(client: Socket<Way>, bytes: Buffer): void {
    const { left } = client.data;
    const passing = bytes.subarray(0, Math.max(0, left));
    client.data.left -= passing.length;
    const queue = held.get(client) ?? [];
    held.set(client, [...queue, Buffer.from(passing)]);
    flush(client);
  }
  function flush(client: Socket<Way>): void {
    const queue = held.get(client) ?? [];
    while (queue.length > 0) {
      const [first = Buffer.alloc(0)] = queue;
      const taken = client.write(first);
      if (taken < first.length) {
        queue[0] = first.subarray(Math.max(0, taken));
        break;
      }
      queue.shift();
    }
    held.set(client, queue);
    if (queue.length === 0 && client.data.left <= 0) client.end();
  }
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${listener.port}`,
    requests: [],
    cutAfter: () => null,
    stalls: () => false,
    instead: () => null,
    stop: () => listener.stop(true),
  };
  return proxy;
}

function requestIn(bytes: Buffer): string | null {
  const text = bytes.toString("latin1");
  const [, method, path = ""] = /^(GET|HEAD|PUT|POST|DELETE) (\S+) HTTP/.exec(text) ?? [];
  if (method === undefined) return null;
  const range = /\r\nrange: (\S+)/i.exec(text)?.[1] ?? "";
  const query = path.includes("list-type") ? " list" : "";
  return `${method} ${decodeURIComponent(path.split("?")[0] ?? "")}${query} ${range}`.trim();
}

/** An answer of S3 that refuses. */
export function refusing(status: number, code: string): string {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>The Signature=abc of this request</Message></Error>`;
  return `HTTP/1.1 ${status} No\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
