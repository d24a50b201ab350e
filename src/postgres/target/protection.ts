/** Why a connection goes without TLS: nobody asked for it, the server has none, or it came to nothing. */
export type LacksTls = "unwanted" | "unoffered" | "failed";

/** What protects a connection by TCP from those on its way; `because` tells why it is not more. */
export type Protection = { place: string; isLocal: boolean } & (
  | { kind: "verified" }
  | { kind: "unverified"; because: string }
  | { kind: "unencrypted"; lacks: LacksTls; because: string }
);

/** True for an address, as the system writes it, that no packet leaves this machine for. */
export function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.[\d.]+$|^::1$/i.test(address);
}

const remedy =
  "use sslmode=verify-full&sslrootcert=FILE in the database URL, FILE being the certificate of its authority, or `system`";

/** What an operator should know of a connection that others could read, or answer; null where they cannot. */
export function exposure(protection: Protection | null): { title: string; hint: string } | null {
  if (protection === null || protection.isLocal || protection.kind === "verified") return null;
  const { place, because } = protection;
  if (protection.kind === "unverified") {
    return {
      title: `The connection to ${place} is encrypted, but that server proved nothing (${because}): another could answer in its place.`,
      hint: `To have it prove who it is, ${remedy}.`,
    };
  }
  const condition = protection.lacks === "failed" ? "" : "; the server has to offer TLS for that (ssl = on)";
  return {
    title: `The connection to ${place} is not encrypted (${because}): whoever is on the way can read and change what is sent.`,
    hint: `To have it encrypted to nobody but that server, ${remedy}${condition}.`,
  };
}
