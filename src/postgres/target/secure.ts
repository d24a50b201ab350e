import { createHash, X509Certificate } from "node:crypto";
import { Socket } from "node:net";
import { checkServerIdentity, connect as startTls, type TLSSocket } from "node:tls";
import { messageOf } from "../../core/errors.ts";
import { DialError } from "./dial-error.ts";
import { isLoopback, type LacksTls, type Protection } from "./protection.ts";
import type { Tls } from "./tls.ts";
import type { Target } from "./url.ts";

/** What reaches servers by TLS: loaded where that is wanted, for Node's sockets take their time. */

interface Reached {
  socket: Socket;
  protection: Protection;
}

/** Reach a server by TLS, as far as that is wanted. */
export async function reachSecurely(target: Target, tls: Tls, signal: AbortSignal): Promise<Reached> {
  const { sslmode } = target;
  const socket = await open(target, signal);
  if (!tls.isDirect && !(await offersTls(socket, signal))) {
    if (!tls.isOptional) throw refused(socket, "TLS_NOT_OFFERED", `sslmode=${sslmode} wants it`);
    return unencrypted(target, socket, "unoffered", "the server offers no TLS");
  }
  try {
    return await secured(target, tls, socket, signal);
  } catch (error) {
    if (!tls.isOptional || signal.aborted) throw error;
    return unencrypted(target, await open(target, signal), "failed", `TLS failed: ${messageOf(error)}`);
  }
}

async function open({ host, hostaddr, port }: Target, signal: AbortSignal): Promise<Socket> {
  const socket = new Socket();
  // Between two steps nobody else listens.
  socket.on("error", () => {});
  const connected = heard(socket, "connect", signal);
  socket.connect(port, hostaddr ?? host);
  await connected;
  return socket;
}

/** PostgreSQL's SSLRequest: its length, and a number where a version of the protocol would be. */
const question = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Ask a server whether it speaks TLS. More than its answer could have been put in by somebody else. */
async function offersTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  const answered = heard(socket, "data", signal);
  socket.write(question);
  const answer = String(await answered);
  if (answer !== "S" && answer !== "N") {
    throw refused(socket, "NOT_POSTGRES", "asked for TLS, it answers neither yes nor no");
  }
  return answer === "S";
}

async function secured(target: Target, tls: Tls, tcp: Socket, signal: AbortSignal): Promise<Reached> {
  // What the certificate proves is judged below; as an error of the socket's it would not tell what it was about.
  const judged = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  const socket = startTls({ ...tls.options, ...judged, socket: tcp });
  socket.on("error", () => {});
  await heard(socket, "secureConnect", signal);
  if (tls.isDirect && socket.alpnProtocol !== "postgresql") {
    throw refused(socket, "NOT_POSTGRES", "by TLS, it does not say that it is");
  }
  if (target.bindsChannel) bindTo(socket);
  const verified: Reached = { socket, protection: { kind: "verified", ...placeOf(target, tcp) } };
  if (tls.proof === "none") {
    // A login that is bound to its channel goes well with nobody but a server that knows the password.
    if (target.bindsChannel) return verified;
    const because = `sslmode=${target.sslmode} without sslrootcert`;
    return { socket, protection: { kind: "unverified", ...placeOf(target, tcp), because } };
  }
  if (!socket.authorized) {
    const code = certificateCode(String(socket.authorizationError));
    throw refused(socket, code, `${certificateWords[code]}: ${socket.authorizationError}`);
  }
  const isOfAnother = tls.proof === "name" && checkServerIdentity(target.host, socket.getPeerCertificate());
  if (isOfAnother) throw refused(socket, "CERT_OF_ANOTHER", isOfAnother.message);
  return verified;
}

/**
 * What patch 10 of the driver binds a login to: the hash of the server's certificate, by the hash that this was signed with
 * (RFC 5929, "tls-server-end-point").
 */
function bindTo(socket: TLSSocket): void {
  const { raw } = socket.getPeerCertificate();
  const { signatureAlgorithm = "" } = new X509Certificate(raw);
  const [, signedWith] = /(md5|sha1|sha224|sha256|sha384|sha512)/i.exec(signatureAlgorithm) ?? [];
  if (signedWith === undefined) {
    throw refused(socket, "CHANNEL_NOT_BOUND", `nothing is agreed on for certificates signed by ${signatureAlgorithm}`);
  }
  const hash = /md5|sha1$/i.test(signedWith) ? "sha256" : signedWith.toLowerCase();
  Object.assign(socket, { channelBinding: createHash(hash).update(raw).digest() });
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

function unencrypted(target: Target, socket: Socket, lacks: LacksTls, because: string): Reached {
  if (target.bindsChannel) throw refused(socket, "CHANNEL_NOT_BOUND", `there is no TLS: ${because}`);
  return { socket, protection: { kind: "unencrypted", ...placeOf(target, socket), lacks, because } };
}

function placeOf({ host, port }: Target, { remoteAddress = "" }: Socket): Pick<Protection, "place" | "isLocal"> {
  return { place: `${host}:${port}`, isLocal: isLoopback(remoteAddress) };
}

function refused(socket: Socket, code: DialError["code"], message: string): DialError {
  socket.destroy();
  return new DialError(code, message);
}

/** What comes with a socket's first event of this name, unless it fails, is closed, or takes too long before. */
async function heard(
  socket: Socket,
  event: "connect" | "data" | "secureConnect",
  signal: AbortSignal,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const closed = () => reject(new DialError("CONNECTION_CLOSED", "it hangs up"));
  const late = () => reject(new DialError("CONNECT_TIMEOUT", "it does not answer"));
  socket.once(event, resolve).once("error", reject).once("close", closed);
  signal.addEventListener("abort", late);
  try {
    return await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off(event, resolve).off("error", reject).off("close", closed);
    signal.removeEventListener("abort", late);
  }
}
