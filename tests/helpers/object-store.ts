import { createHash, createHmac } from "node:crypto";

/** A bucket as S3 has it, as far as drops are read from one: for tests that need no server of somebody else. */
export interface ObjectStore {
  url: string;
  put(key: string, bytes: Uint8Array | string): Promise<void>;
  remove(key: string): Promise<void>;
  stop(): Promise<void>;
}

export const bucket = `streamflow-${process.pid}`;

/** What the pipeline is told of a store, which every one of these takes. */
export function storeVariables(url: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: url,
  };
}

/** TEST_STORE_URL names a real server, which has no bucket of ours yet; without it one in memory. */
export async function objectStore(): Promise<ObjectStore> {
  const real = process.env.TEST_STORE_URL;
  return real ? realStore(real) : inMemory();
}

async function realStore(url: string): Promise<ObjectStore> {
  const variables = storeVariables(url);
  const client = new Bun.S3Client({
    accessKeyId: variables.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? "",
    ...{ bucket, endpoint: url, region: "us-east-1" },
  });
  const made = await fetch(signedUrl(url), { method: "PUT" });
  if (!made.ok && made.status !== 409) throw new Error(`${url} makes no bucket: ${await made.text()}`);
  const remove = (key: string) => client.delete(key);
  return {
    url,
    put: async (key, bytes) => void (await client.write(key, bytes)),
    remove,
    async stop() {
      for (const { key } of (await client.list()).contents ?? []) await remove(key);
    },
  };
}

/** To make the bucket, which Bun's own client does not: signed as S3 has it (AWS4-HMAC-SHA256), for servers that look at it. */
function signedUrl(url: string): string {
  const {
    AWS_ACCESS_KEY_ID: id = "",
    AWS_SECRET_ACCESS_KEY: secret = "",
    AWS_REGION: region = "",
  } = storeVariables(url);
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const parts = [at.slice(0, 8), region, "s3", "aws4_request"];
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const query = new URLSearchParams({
    ...{ "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": [id, ...parts].join("/"), "X-Amz-Date": at },
    ...{ "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host" },
  });
  const asked = ["PUT", `/${bucket}`, query, `host:${new URL(url).host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const digest = createHash("sha256").update(asked).digest("hex");
  const key = parts.reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", at, parts.join("/"), digest].join("\n")).toString("hex");
  return `${url}/${bucket}?${query}&X-Amz-Signature=${signature}`;
}

interface StoredObject {
  bytes: Buffer;
  etag: string;
  modified: Date;
}

function inMemory(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => answer(objects, request),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    async put(key, content) {
      const bytes = Buffer.from(content);
      objects.set(key, { bytes, etag: `"${createHash("md5").update(bytes).digest("hex")}"`, modified: new Date() });
    },
    async remove(key) {
      objects.delete(key);
    },
    stop: () => server.stop(true),
  };
}

function answer(objects: ReadonlyMap<string, StoredObject>, { url, method, headers }: Request): Response {
  const { pathname, searchParams } = new URL(url);
  const [, named, ...parts] = decodeURIComponent(pathname).split("/");
  if (named !== bucket) return refusal(404, "NoSuchBucket");
  if (searchParams.has("list-type")) return listing(objects, searchParams);
  const object = objects.get(parts.join("/"));
  if (object === undefined) return method === "HEAD" ? new Response(null, { status: 404 }) : refusal(404, "NoSuchKey");
  const { bytes, etag, modified } = object;
  const match = headers.get("if-match");
  if (match !== null && match !== etag) return refusal(412, "PreconditionFailed");
  const told = { etag, "last-modified": modified.toUTCString() };
  if (method === "HEAD") return new Response(null, { headers: { ...told, "content-length": String(bytes.length) } });
  const [, first = "0", last = ""] = /^bytes=(\d+)-(\d*)$/.exec(headers.get("range") ?? "") ?? [];
  const [from, to] = [Number(first), Math.min(last === "" ? Number.POSITIVE_INFINITY : Number(last), bytes.length - 1)];
  if (from >= bytes.length) return refusal(416, "InvalidRange");
  return new Response(bytes.subarray(from, to + 1), {
    status: 206,
    headers: { ...told, "content-range": `bytes ${from}-${to}/${bytes.length}` },
  });
}

function refusal(status: number, code: string): Response {
  return new Response(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`, { status });
}

function listing(objects: ReadonlyMap<string, StoredObject>, asked: URLSearchParams): Response {
  const after = asked.get("continuation-token") ?? "";
  const most = Number(asked.get("max-keys") ?? 1_000);
  const found = [...objects].filter(([key]) => key.startsWith(asked.get("prefix") ?? "") && key > after).sort(byKey);
  const page = found.slice(0, most);
  const contents = page.map(
    ([key, { bytes, etag, modified }]) =>
      `<Contents><Key>${Bun.escapeHTML(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${Bun.escapeHTML(etag)}</ETag><Size>${bytes.length}</Size></Contents>`,
  );
  const more =
    found.length > most
      ? `<NextContinuationToken>${Bun.escapeHTML(page.at(-1)?.[0] ?? "")}</NextContinuationToken>`
      : "";
  return new Response(
    `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><KeyCount>${page.length}</KeyCount>` +
      `<IsTruncated>${found.length > most}</IsTruncated>${contents.join("")}${more}</ListBucketResult>`,
    { headers: { "content-type": "application/xml" } },
  );
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
