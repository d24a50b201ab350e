import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Somebody with a key: an authority, a server, or a client. */
export interface Holder {
  name: string;
  serial: number;
  publicKey: KeyObject;
  privateKey: KeyObject;
  /** In PEM form, as everything here. */
  certificate: string;
  key: string;
}

let serials = 0;

/** An authority that vouches for itself. */
export function authority(name: string): Holder {
  return holder(name, null, extension([0x55, 0x1d, 0x13], sequence(der(0x01, [0xff]))));
}

/** Somebody whom an authority vouches for; servers by the names of their hosts. */
export function vouchedFor(name: string, by: Holder, hosts: readonly string[] = []): Holder {
  const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host))));
  return holder(name, by, ...(hosts.length > 0 ? [extension([0x55, 0x1d, 0x11], names)] : []));
}

/** What an authority says of those whom it vouches for no more. */
export function revocation(by: Holder, revoked: readonly Holder[]): string {
  const entries = revoked.map(({ serial }) => sequence(integer(serial), time(yesterday)));
  const list = sequence(integer(1), algorithm, nameOf(by.name), time(yesterday), time(tomorrow), sequence(...entries));
  return pem("X509 CRL", signed(list, by));
}

function holder(name: string, by: Holder | null, ...extensions: Buffer[]): Holder {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const serial = ++serials;
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const self = { name, serial, publicKey, privateKey, key, certificate: "" };
  const body = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    algorithm,
    nameOf(by?.name ?? name),
    sequence(time(yesterday), time(tomorrow)),
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  return { ...self, certificate: pem("CERTIFICATE", signed(body, by ?? self)) };
}

/** A key in PEM form that only this password opens. */
export function lockedBy(passphrase: string, { privateKey }: Holder): string {
  return privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}

/** The same block in binary form. */
export function inDer(text: string): Buffer {
  return Buffer.from(text.replace(/-----[A-Z0-9 ]+-----|\s/g, ""), "base64");
}

// What follows writes DER (X.690), of which X.509 is made (RFC 5280).

const day = 86_400_000;
const [yesterday, tomorrow] = [-day, day].map((off) => new Date(Date.now() + off)) as [Date, Date];

function der(tag: number, ...content: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.from([tag, ...sizeOf(body), ...body]);
}

/** In as few bytes as it takes. */
function sizeOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const sequence = (...parts: (Buffer | number[])[]) => der(0x30, ...parts);
const integer = (value: number) => der(0x02, [value]);
const objectId = (bytes: number[]) => der(0x06, bytes);
/** ECDSA with SHA-256. */
const algorithm = sequence(objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));

function nameOf(common: string): Buffer {
  return sequence(der(0x31, sequence(objectId([0x55, 0x04, 0x03]), der(0x0c, Buffer.from(common)))));
}

function time(moment: Date): Buffer {
  return der(0x17, Buffer.from(`${moment.toISOString().replace(/\D/g, "").slice(2, 14)}Z`));
}

function extension(id: number[], value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value));
}

function signed(body: Buffer, { privateKey }: Pick<Holder, "privateKey">): Buffer {
  return sequence(body, algorithm, der(0x03, [0], sign("sha256", body, privateKey)));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
