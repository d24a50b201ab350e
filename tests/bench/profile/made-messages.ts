/** Messages of PostgreSQL's wire protocol, made for tests: texts end with a zero byte, numbers are of four bytes. */
export function made(kind: string, ...body: (string | number | Uint8Array)[]): Uint8Array {
  const parts = body.map((part) => {
    if (typeof part === "string") return Buffer.from(`${part}\0`);
    return typeof part === "number" ? fourBytes(part) : part;
  });
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(kind), fourBytes(content.length + 4), content]);
}

export const startup = made("", 196_608, "user", "me", "");
export const tlsRequest = made("", 80_877_103);
export const ready = made("Z", Buffer.from("I"));

function fourBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
