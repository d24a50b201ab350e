import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ConsoleError } from "../core/errors.ts";
export async function writeRejects(
  _home: string,
  _month: string,
  _run: number,
  _error: ConsoleError,
): Promise<string | null> {
  void mkdir;
  void join;
  return null;
}
