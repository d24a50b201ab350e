import * as files from "node:fs/promises";
import { passing } from "./points.ts";

/** The system's files with points before each access: takes the place of `node:fs/promises` in the pipeline. */

export * from "node:fs/promises";

export const stat = (async (path: string) => {
  await passing(`stat ${path}`);
  return files.stat(path);
}) as typeof files.stat;

export const readdir = (async (path: string) => {
  await passing(`list ${path}`);
  return files.readdir(path);
}) as typeof files.readdir;

export const rename: typeof files.rename = async (from, to) => {
  await passing(`rename ${from}`);
  return files.rename(from, to);
};

export const open: typeof files.open = async (path, ...how) => {
  await passing(`open ${path}`);
  const handle = await files.open(path, ...how);
  const read = handle.read.bind(handle) as (...given: unknown[]) => Promise<never>;
  handle.read = (async (...given: unknown[]) => {
    await passing(`read ${path}`);
    return read(...given);
  }) as typeof handle.read;
  return handle;
};
