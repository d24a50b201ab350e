import { messageOf, metLater, usageError } from "../../core/errors.ts";
import { isPassing, noCredentials, Refusal, refused } from "./bucket-words.ts";
import type { FileStats } from "./opened.ts";
import { signalOfWaiting } from "./patience.ts";

/** What lies in a bucket, as `s3://bucket/key` names it. */
export interface Address {
  bucket: string;
  /** Without a slash at its end. */
  key: string;
}

export function addressOf(path: string): Address {
  const [, bucket, key = ""] = /^s3:\/\/([a-zA-Z0-9][a-zA-Z0-9._-]{1,62})(?:\/(.*))?$/s.exec(path) ?? [];
  if (bucket !== undefined) return { bucket, key: key.replace(/\/+$/, "") };
  throw usageError(`${path} does not name a bucket.`, "Write s3://BUCKET, or s3://BUCKET/PREFIX.");
}

/** The usual variables, those of S3 before those of AWS. */
export function clientFor(bucket: string, env: Record<string, string | undefined> = process.env): Bun.S3Client {
  const first = (...names: string[]) => names.map((name) => env[name]).find(Boolean);
  const accessKeyId = first("S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID");
  const secretAccessKey = first("S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY");
  const sessionToken = first("S3_SESSION_TOKEN", "AWS_SESSION_TOKEN");
  const region = first("S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION");
  const endpoint = first("S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT");
  if (accessKeyId === undefined || secretAccessKey === undefined) throw noCredentials(bucket);
  return new Bun.S3Client({
    ...{ bucket, accessKeyId, secretAccessKey },
    ...(sessionToken && { sessionToken }),
    ...(region && { region }),
    ...(endpoint && { endpoint }),
  });
}

/** Pauses before each further try of what failed by something that passes by itself. */
const pausesMs = [100, 500, 2_000];

/** How long a server may say nothing. */
const silenceMs = 30_000;

/** As many further tries as there are pauses, of whatever is read of one object or listing. */
export class Tries {
  #left = [...pausesMs];

  /** Resolves when it is time for another try; throws what it failed by where there is none left, or it would fail again. */
  async again(error: unknown, path: string): Promise<void> {
    const pause = isPassing(error) ? this.#left.shift() : undefined;
    if (pause === undefined) throw refused(path, error);
    await Bun.sleep(pause);
  }
}

/** What the server answers, tried again while that may help. */
export async function asked<Answer>(path: string, ask: () => Promise<Answer>): Promise<Answer> {
  const tries = new Tries();
  for (;;) {
    try {
      return await heard(ask());
    } catch (error) {
      await tries.again(error, path);
    }
  }
}

/** The same answer, unless the server says nothing for too long, or nobody waits for it any more. */
export async function heard<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const silence = Promise.withResolvers<never>();
  const signal = signalOfWaiting();
  const onAbort = () => silence.reject(signal?.reason);
  const timer = setTimeout(() => silence.reject(new Refusal("Timeout", null)), silenceMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    return await Promise.race([metLater(answer), silence.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** What an object is, with its time as far as every request tells it. */
export function statsOf(size: number, modified: string | Date, etag: string): FileStats {
  const mtimeMs = Math.floor(new Date(modified).getTime() / 1000) * 1000;
  return { size, mtimeMs, dev: "s3", ino: etag.replace(/^W\/|"/g, ""), ctimeMs: 0 };
}

/** What an object is now; null where there is none. */
export async function objectStats(path: string): Promise<FileStats | null> {
  const { bucket, key } = addressOf(path);
  const client = clientFor(bucket);
  return asked(path, async () => {
    try {
      const { size, lastModified, etag } = await client.stat(key);
      return statsOf(size, lastModified, etag);
    } catch (error) {
      if (/NoSuchKey|NotFound|not exist/.test(`${(error as { code?: string }).code} ${messageOf(error)}`)) return null;
      throw error;
    }
  });
}
