import type { LacksTls, Protection } from "../target/protection.ts";

/** What helps somebody whom pg_hba.conf keeps out, by the way in which they came. */
const hints: Record<"tls" | LacksTls, string> = {
  tls:
    "If that server wants a certificate of yours, give sslcert=FILE and sslkey=FILE; if it takes no TLS (hostnossl), use " +
    "sslmode=disable. Else its pg_hba.conf needs a line for this user, database and address.",
  unwanted:
    "If that server wants TLS (hostssl), use sslmode=verify-full with sslrootcert=FILE, or sslmode=require, in the URL. Else its " +
    "pg_hba.conf needs a line for this user, database and address.",
  failed:
    "TLS failed before: give the certificate of that server's authority as sslrootcert=FILE, or use sslmode=require.",
  unoffered: "Its pg_hba.conf needs a line for this user, database and address, or it has to offer TLS (ssl = on).",
};

/** Null for other errors, and for who came by a unix socket. It is known by the routine: its words are in any language. */
export function hintForKeptOut(
  { code, routine }: { code: string; routine: string },
  protection: Protection | null,
): string | null {
  if (protection === null || code !== "28000" || routine !== "ClientAuthentication") return null;
  return hints[protection.kind === "unencrypted" ? protection.lacks : "tls"];
}
