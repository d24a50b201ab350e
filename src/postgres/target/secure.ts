import { messageOf } from "../../core/errors.ts";
import { DialError } from "./dial-error.ts";
import type { Line, Shown } from "./line.ts";
import { isLoopback, type LacksTls, type Protection } from "./protection.ts";
import { directProtocol, type Tls } from "./tls.ts";
import type { Target } from "./url.ts";

export interface Reached {
  line: Line;
  protection: Protection;
}

/** Reach a server by TLS, as far as that is wanted. `open` makes a connection to it that is not secured yet. */
export async function reachSecurely(
  target: Target,
  tls: Tls,
  open: () => Promise<Line>,
  signal: AbortSignal,
): Promise<Reached> {
  const line = await open();
  if (!tls.isDirect && !(await offersTls(line, signal))) {
    if (!tls.isOptional) throw refused(line, "TLS_NOT_OFFERED", `sslmode=${target.sslmode} wants it`);
    return unencrypted(target, line, "unoffered", "the server offers no TLS");
  }
  try {
    return await secured(target, tls, line, signal);
  } catch (error) {
    if (!tls.isOptional || signal.aborted) throw error;
    return unencrypted(target, await open(), "failed", `TLS failed: ${messageOf(error)}`);
  }
}

/** PostgreSQL's SSLRequest: its length, and a number where a version of the protocol would be. */
const question = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Ask a server whether it speaks TLS. More than its answer could have been put in by somebody else. */
async function offersTls(line: Line, signal: AbortSignal): Promise<boolean> {
  const { promise: answered, resolve, reject } = Promise.withResolvers<Buffer>();
  const closed = () => reject(new DialError("CONNECTION_CLOSED", "it hangs up"));
  line.once("data", resolve).once("error", reject).once("close", closed);
  line.write(question);
  const answer = String(await told(line, answered, signal));
  line.removeAllListeners();
  if (answer !== "S" && answer !== "N") {
    throw refused(line, "NOT_POSTGRES", "asked for TLS, it answers neither yes nor no");
  }
  return answer === "S";
}

async function secured(target: Target, tls: Tls, line: Line, signal: AbortSignal): Promise<Reached> {
  const shown = await told(line, line.secure(tls.options), signal);
  if (tls.isDirect && shown.protocol !== directProtocol) {
    throw refused(line, "NOT_POSTGRES", "by TLS, it does not say that it is");
  }
  if (target.bindsChannel) bindTo(line, shown);
  const verified: Reached = { line, protection: { kind: "verified", ...placeOf(target, line) } };
  if (tls.proof === "none") {
    // A login that is bound to its channel goes well with nobody but a server that knows the password.
    if (target.bindsChannel) return verified;
    const because = `sslmode=${target.sslmode} without sslrootcert`;
    return { line, protection: { kind: "unverified", ...placeOf(target, line), because } };
  }
  if (shown.doubt !== null && shown.doubt !== nameDoubt) {
    const code = certificateCode(shown.doubt);
    throw refused(line, code, `${certificateWords[code]}: ${shown.doubt}`);
  }
  const isOfAnother = tls.proof === "name" && tlsLibrary().checkServerIdentity(target.host, shown.certificate);
  if (isOfAnother) throw refused(line, "CERT_OF_ANOTHER", isOfAnother.message);
  return verified;
}

/** Told of a certificate that is sound but for its name, which Bun holds against what it was asked for; here the mode decides. */
const nameDoubt = "ERR_TLS_CERT_ALTNAME_INVALID";

/** Loaded where it is needed: with all that Node has of TLS it takes longer than to connect. */
function tlsLibrary() {
  return process.getBuiltinModule("node:tls");
}

/**
 * What patch 10 of the driver binds a login to: the hash of the server's certificate, by the hash that this was signed with
 * (RFC 5929, "tls-server-end-point").
 */
function bindTo(line: Line, { certificate }: Shown): void {
  const { createHash, X509Certificate } = process.getBuiltinModule("node:crypto");
  const { signatureAlgorithm = "" } = new X509Certificate(certificate.raw);
  const [, signedWith] = /(md5|sha1|sha224|sha256|sha384|sha512)/i.exec(signatureAlgorithm) ?? [];
  if (signedWith === undefined) {
    throw refused(line, "CHANNEL_NOT_BOUND", `nothing is agreed on for certificates signed by ${signatureAlgorithm}`);
  }
  const hash = /md5|sha1$/i.test(signedWith) ? "sha256" : signedWith.toLowerCase();
  line.channelBinding = createHash(hash).update(certificate.raw).digest();
}

const certificateWords = {
  CERT_UNKNOWN: "no authority in sslrootcert vouches for its certificate",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_REVOKED: "its certificate was revoked",
};

/** Of OpenSSL's some thirty, those that ask for another remedy. */
function certificateCode(doubt: string): keyof typeof certificateWords {
  return doubt === "CERT_HAS_EXPIRED" || doubt === "CERT_REVOKED" ? doubt : "CERT_UNKNOWN";
}

/** Who is reached without it: nobody is bound to a channel then. */
export function unencrypted(target: Target, line: Line, lacks: LacksTls, because: string): Reached {
  if (target.bindsChannel) throw refused(line, "CHANNEL_NOT_BOUND", `there is no TLS: ${because}`);
  return { line, protection: { kind: "unencrypted", ...placeOf(target, line), lacks, because } };
}

function placeOf({ host, port }: Target, { remoteAddress }: Line): Pick<Protection, "place" | "isLocal"> {
  return { place: `${host}:${port}`, isLocal: isLoopback(remoteAddress) };
}

function refused(line: Line, code: DialError["code"], message: string): DialError {
  line.destroy();
  return new DialError(code, message);
}

/** What is awaited of a line, which is of no use without it. */
async function told<Result>(line: Line, awaited: Promise<Result>, signal: AbortSignal): Promise<Result> {
  try {
    return await inTime(awaited, signal);
  } catch (error) {
    line.destroy();
    throw error;
  }
}

/** What is awaited of a server, unless it takes too long. */
export async function inTime<Result>(awaited: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new DialError("CONNECT_TIMEOUT", "it does not answer"));
  signal.addEventListener("abort", tooLate);
  try {
    return await Promise.race([awaited, late]);
  } finally {
    signal.removeEventListener("abort", tooLate);
  }
}
