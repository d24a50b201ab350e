import { basename, extname } from "node:path";
import { plainDialect } from "../../core/written/dialect.ts";
import { inOrder } from "../drop/naming.ts";
import { SourceFault } from "../files/source-fault.ts";
import { zipMembers } from "../files/zip.ts";
import type { TableSource } from "../source.ts";

/** A file that rows are read from, and what it is called where something is told of it. */
export interface Part {
  source: TableSource;
  name: string;
}

/** The files that a table's rows are spread over: one, the parts of a pattern, or those in an archive. Does not reject. */
export async function partsOf(source: TableSource): Promise<Part[]> {
  const { parts, ...whole } = source;
  if (parts === undefined) return asOneOfMany(await membersOf(whole));
  const found = await Promise.all(parts.map((part) => membersOf({ ...whole, path: part.path, listed: part })));
  return asOneOfMany(found.flat());
}

async function membersOf(source: TableSource): Promise<Part[]> {
  const { path } = source;
  const name = basename(path);
  if (extname(path) !== ".zip") return [{ source, name }];
  try {
    const members = (await zipMembers(path)).sort((a, b) => inOrder(a.name, b.name));
    return members.map((member) => ({
      source: { ...source, member },
      name: members.length === 1 ? name : `${name}/${member.name}`,
    }));
  } catch (error) {
    if (error instanceof SourceFault) return [{ source: { ...source, broken: error }, name }];
    throw error;
  }
}

/** True for a file of which the rows are its bytes in their order, compressed or not, so that reading is hashing. */
export function isReadAsItIs(path: string): boolean {
  return ![".zip", ".parquet"].includes(extname(path));
}

export function isParquet({ path, member }: Pick<TableSource, "path" | "member">): boolean {
  return member === undefined && extname(path) === ".parquet";
}

/** One of several may have no rows, as long as another has some. */
function asOneOfMany(parts: Part[]): Part[] {
  if (parts.length === 1) return parts;
  return parts.map(({ source, name }) => ({
    source: { ...source, written: { ...(source.written ?? plainDialect), header_only: true } },
    name,
  }));
}
