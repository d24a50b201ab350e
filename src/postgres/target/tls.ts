import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { ConsoleError, codeOf, usageError } from "../../core/errors.ts";
import type { Secret } from "./line.ts";
import { isBySocket, type Target, tlsVersions } from "./url.ts";

/** How a protocol is called that begins without the question for it. */
export const directProtocol = "postgresql";

/** How a server is to be reached by TLS. */
export interface Tls {
  /** Whether to go on without it where it does not come about. */
  isOptional: boolean;
  /** Whether the server expects it from the first byte. */
  isDirect: boolean;
  /** What the server's certificate has to prove: nothing, who vouches for it, or its name as well. */
  proof: "none" | "authority" | "name";
  options: Secret;
}

/**
 * As libpq does: a root certificate, where there is one, turns `require` into `verify-ca`, and makes `prefer` go without TLS
 * rather than without proof. Null for no TLS at all, as on unix sockets. What files it takes are read beforehand: one that
 * is of no use is a usage error, and not a server that does not answer.
 */
export function tlsFor(target: Target): Tls | null {
  const { sslmode, sslnegotiation, host, sslsni } = target;
  if (isBySocket(target) || sslmode === "disable") {
    if (target.bindsChannel) throw withoutChannel();
    return null;
  }
  const root = target.sslrootcert ?? usual("root.crt");
  const verifies = sslmode === "verify-ca" || sslmode === "verify-full";
  if (verifies && root === null) throw withoutRoot(sslmode);
  return {
    isOptional: sslmode === "allow" || sslmode === "prefer",
    isDirect: sslnegotiation === "direct",
    proof: sslmode === "verify-full" ? "name" : root === null ? "none" : "authority",
    options: {
      minVersion: numberOf(target.minTls),
      maxVersion: numberOf(target.maxTls),
      ...(sslsni && !isAddress(host) ? { servername: host } : {}),
      ...(sslnegotiation === "direct" ? { ALPNProtocols: alpn } : {}),
      ...authorities(root, target.sslcrl),
      ...(target.sendsCertificate ? ownCertificate(target) : {}),
    },
  };
}

/** The protocol's own number of its version: 0x0301 is TLS 1.0 (RFC 8446, 4.1.2). */
function numberOf(version: Target["minTls"]): number {
  return 0x0301 + tlsVersions.indexOf(version);
}

/** Of a URL that was read, no host's name is of digits and dots alone, or has a colon. */
function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}

/** Its name with its length before it, as RFC 7301 (3.1) lists protocols. */
const alpn = `\n${directProtocol}`;

/** A file that libpq looks for where nothing names one; null where it is not there. */
function usual(name: string): string | null {
  const path = join(process.env.HOME || homedir(), ".postgresql", name);
  return existsSync(path) ? path : null;
}

function withoutChannel(): ConsoleError {
  return usageError(
    "channel_binding=require needs TLS, which there is none of by a unix socket or with sslmode=disable.",
    "Leave channel_binding out, or use sslmode=require with a host's name.",
  );
}

function withoutRoot(mode: string): ConsoleError {
  return usageError(
    `sslmode=${mode} needs the certificate of an authority to believe: there is neither sslrootcert nor ~/.postgresql/root.crt.`,
    "Add sslrootcert=FILE to the database URL, or sslrootcert=system for the authorities that this system trusts.",
  );
}

/** Who is believed, and which of their certificates no more. */
function authorities(root: string | null, named: string | null): Pick<Secret, "ca" | "crl"> {
  if (root === null && named === null) return {};
  if (root === null) {
    throw usageError("sslcrl revokes nothing where no certificate is believed.", "Add sslrootcert=FILE to the URL.");
  }
  const ca =
    root === "system"
      ? process.getBuiltinModule("node:tls").getCACertificates("system")
      : readPem("sslrootcert", root, "CERTIFICATE");
  requireUsable("sslrootcert", root, () => contextOf({ ca }));
  const list = named ?? usual("root.crl");
  if (list === null) return { ca };
  const crl = readPem("sslcrl", list, "X509 CRL");
  requireUsable("sslcrl", list, () => contextOf({ ca, crl }));
  return { ca, crl };
}

type Own = { cert: string; key: string; passphrase?: string };

/** What the console shows of itself to a server that asks for it. */
function ownCertificate({ sslcert, sslkey, sslpassword }: Target): Partial<Own> {
  const certificate = sslcert ?? usual("postgresql.crt");
  if (certificate === null) {
    if (sslkey === null) return {};
    throw usageError("sslkey is of no use without sslcert.", "Add sslcert=FILE, the certificate of that key.");
  }
  const path = sslkey ?? usual("postgresql.key");
  if (path === null) throw usageError("sslcert is of no use without its key.", "Add sslkey=FILE to the database URL.");
  const cert = readPem("sslcert", certificate, "CERTIFICATE");
  requireUsable("sslcert", certificate, () => contextOf({ cert }));
  const key = readPem("sslkey", path, "PRIVATE KEY");
  requirePrivate(path);
  const passphrase = sslpassword ?? undefined;
  requireUsable("sslkey", path, () => process.getBuiltinModule("node:crypto").createPrivateKey({ key, passphrase }));
  const own: Own = { cert, key, ...(sslpassword === null ? {} : { passphrase: sslpassword }) };
  requireUsable("sslkey", path, () => contextOf(own), `that is not the key of ${certificate}`);
  return own;
}

type FileParameter = "sslrootcert" | "sslcrl" | "sslcert" | "sslkey";

/** The text of a file that holds at least one such block. */
function readPem(parameter: FileParameter, path: string, block: string): string {
  let bytes: Buffer;
  try {
    // A pipe would be waited for for as long as nobody writes to it.
    if (!statSync(path).isFile()) throw useless(parameter, path, "it is no regular file");
    bytes = readFileSync(path);
  } catch (thrown) {
    if (thrown instanceof ConsoleError) throw thrown;
    throw useless(parameter, path, unreadable[codeOf(thrown)] ?? "it cannot be read");
  }
  const text = bytes.toString("latin1");
  if (new RegExp(`-----BEGIN [A-Z0-9 ]*${block}-----`).test(text)) return text;
  // How the one byte begins that all of these have in binary form.
  if (bytes[0] === 0x30) throw useless(parameter, path, "it is in DER form, and PEM is needed");
  throw useless(parameter, path, bytes.length === 0 ? "it is empty" : `it holds no ${block.toLowerCase()} in PEM form`);
}

const unreadable: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "it may not be read",
};

const hints: Record<FileParameter, string> = {
  sslrootcert: "Give the path of the authority's certificate in PEM form, or sslrootcert=system.",
  sslcrl: "Give the path of the authority's revocation list in PEM form, or leave sslcrl out.",
  sslcert: "Give the path of your certificate in PEM form, with its key as sslkey=FILE.",
  sslkey:
    "Give the path of your certificate's key in PEM form, and as sslpassword what opens it where it is encrypted.",
};

function useless(parameter: FileParameter, path: string, reason: string, hint = hints[parameter]): ConsoleError {
  return usageError(`${parameter} names ${path}: ${reason}.`, hint);
}

/** Loaded where there is a file to try: with all that Node has of TLS it takes longer than to connect without. */
function contextOf(options: SecureContextOptions) {
  return process.getBuiltinModule("node:tls").createSecureContext(options);
}

const damaged = "it is damaged, or of a kind that is not known here";

/** What the library makes of a file says little, in words of its own. */
function requireUsable(parameter: FileParameter, path: string, use: () => unknown, reason?: string): void {
  try {
    use();
  } catch (thrown) {
    const isLocked = /PASSPHRASE|BAD_DECRYPT/.test(codeOf(thrown));
    throw useless(
      parameter,
      path,
      isLocked ? "it is encrypted, and sslpassword does not open it" : (reason ?? damaged),
    );
  }
}

/** libpq takes no key that others may read: it is a secret no more. */
function requirePrivate(path: string): void {
  const { uid, mode } = statSync(path);
  const forOthers = uid === 0 ? 0o037 : 0o077;
  if ((mode & forOthers) === 0) return;
  throw useless("sslkey", path, "others than its owner may read it", `Run \`chmod 0600 ${path}\`.`);
}
