import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { TLSSocketOptions } from "node:tls";
import { ConsoleError } from "../../core/errors.ts";
import type { Target } from "./url.ts";

/** What the driver is told about TLS; `prefer` is its word for "when the server offers it, unverified". */
type Tls = false | "prefer" | (TLSSocketOptions & { checkServerIdentity?: () => undefined });

/** As libpq does: a root certificate, where there is one, turns `require` into `verify-ca`. No TLS on unix sockets. */
export function tlsFor(target: Target): Tls {
  if (target.host.startsWith("/") || target.sslmode === "disable") return false;
  if (target.sslmode === "allow" || target.sslmode === "prefer") return "prefer";
  const usual = join(homedir(), ".postgresql", "root.crt");
  const root = target.sslrootcert ?? (existsSync(usual) ? usual : null);
  const system = root === "system";
  const own = {
    ...(root && !system ? { ca: read(root, "sslrootcert") } : {}),
    ...(target.sslcert ? { cert: read(target.sslcert, "sslcert") } : {}),
    ...(target.sslkey ? { key: read(target.sslkey, "sslkey") } : {}),
  };
  if (target.sslmode === "require" && !root) return { ...own, rejectUnauthorized: false };
  if (target.sslmode === "verify-full" || system) return { ...own, rejectUnauthorized: true };
  return { ...own, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}

function read(path: string, parameter: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConsoleError("usage", `The database URL's ${parameter} cannot be read: ${path}`, {
      hint: "Give the path of a certificate in PEM form that you may read.",
      cause,
    });
  }
}
