import { appendFile } from "node:fs/promises";
import { usageError } from "../../core/errors.ts";
import type { Environment } from "../../core/settings.ts";
import { whyUnwritten } from "../../files/draft.ts";
import { writeWhole } from "../../files/whole.ts";
import { sent, usualPace } from "../post.ts";
import { lineageSetting, lineageVariables } from "./settings.ts";

/** Takes one event; resolves to why it was not taken, or to null. */
export type Transport = (event: object) => Promise<string | null>;

/** The transport that the environment names: a server, or a file. Throws a usage error for one that is neither. */
export function transportOf(env: Environment, pace = usualPace): Transport {
  const type = lineageSetting("type", env) ?? "http";
  if (type === "file") return toFile(required("file", env), lineageSetting("append", env)?.toLowerCase() === "true");
  if (type !== "http") {
    throw usageError(`OPENLINEAGE__TRANSPORT__TYPE is "${type}".`, "The console knows http and file.");
  }
  const base = required("url", env);
  const url = URL.parse(lineageSetting("endpoint", env) ?? "api/v1/lineage", base.endsWith("/") ? base : `${base}/`);
  if (url === null) throw usageError("OPENLINEAGE_URL is no URL.", "Write it as http://HOST:5000.");
  const key = lineageSetting("key", env);
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return (event) => sent({ url: url.href, headers, body: JSON.stringify(event) }, pace);
}

function required(name: "file" | "url", env: Environment): string {
  const value = lineageSetting(name, env);
  if (value !== undefined) return value;
  const [variable] = lineageVariables[name];
  throw usageError(`${variable} is not set.`, "OPENLINEAGE__TRANSPORT__TYPE needs it.");
}

/** Lines of one file, or a file each, named by the time as OpenLineage's own clients name it. */
function toFile(path: string, isAppended: boolean): Transport {
  return async (event) => {
    const text = `${JSON.stringify(event)}\n`;
    try {
      if (isAppended) await appendFile(path, text);
      else await writeWhole(`${path}-${stamp()}.json`, text, { isNew: true });
      return null;
    } catch (thrown) {
      return `${path}: ${whyUnwritten(thrown)}`;
    }
  };
}

/** Such as `20240501-060000.123456`: of two within a millisecond, the second has more. */
function stamp(): string {
  const now = performance.timeOrigin + performance.now();
  const [day = "", time = ""] = new Date(now).toISOString().split("T");
  const fraction = String(Math.floor((now % 1000) * 1000)).padStart(6, "0");
  return `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}.${fraction}`;
}
