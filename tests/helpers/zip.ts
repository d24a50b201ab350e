import { crc32, deflateRawSync } from "node:zlib";

/** Ways in which an archive may be other than it should. */
export interface ZipFlaws {
  /** What the directory says of the method, whatever was done. */
  method?: number;
  crc?: number;
  /** General purpose flags: 1 is encrypted. */
  flags?: number;
}

/** A zip archive of these files, deflated or stored. */
export function zipOf(files: Record<string, string | Buffer>, isStored = false, flaws: ZipFlaws = {}): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const stored = isStored ? bytes : deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((flaws.flags ?? 0) | 0x800, 2);
    fields.writeUInt16LE(flaws.method ?? (isStored ? 0 : 8), 4);
    fields.writeUInt32LE(flaws.crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(stored.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), stored]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00"), fields, tail, Buffer.from(name));
    pieces.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...pieces, listed, Buffer.from("PK\x05\x06"), end]);
}
