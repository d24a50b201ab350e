import { access, constants, open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, usageError } from "../core/errors.ts";
import type { ReportRequest } from "../core/messages/report.ts";
import type { RunRequest } from "../core/messages/requests.ts";
import { beginDraft, endDraft, whyUnwritten } from "../files/draft.ts";

/** What a command writes when its work is done, and by which flag. */
interface Place {
  flag: string;
  path: string;
  /** Either: a file of that name, or one in a folder of that name. */
  is: "file" | "folder" | "either";
  /** True where folders on the way to it are made. */
  makesWay: boolean;
}

/**
 * Refuse a command that writes where nothing can be written, before anything is done for it. What a place is like once the
 * work is over nobody knows: then it is a warning.
 */
export async function refuseUnwritable(request: RunRequest | ReportRequest, report?: string): Promise<void> {
  for (const place of placesOf(request, report)) {
    const why = await obstacle(place);
    if (why === null) continue;
    throw usageError(
      `${place.flag} ${place.path} cannot be written: ${why}.`,
      "Name a place where files can be written; nothing was done yet.",
    );
  }
}

function placesOf(request: RunRequest | ReportRequest, report: string | undefined): Place[] {
  const makesWay = true;
  const places: (Omit<Place, "path"> & { path: string | null | undefined })[] =
    request.kind === "run"
      ? [
          { flag: "--metrics", path: request.metrics, is: "file", makesWay: false },
          { flag: "--report", path: report, is: /\.html?$/i.test(report ?? "") ? "either" : "folder", makesWay },
        ]
      : [
          { flag: "--out", path: request.out, is: request.subject === "all" ? "folder" : "either", makesWay },
          { flag: "--junit", path: request.junit, is: "file", makesWay },
          { flag: "--gx", path: request.gx, is: "folder", makesWay },
        ];
  return places.flatMap(({ path, ...place }) => (path ? [{ ...place, path }] : []));
}

/** Why it cannot be written, in words that follow a colon; null where it can. */
async function obstacle({ path, is, makesWay }: Place): Promise<string | null> {
  try {
    const found = await foundAt(path);
    if (found?.isDirectory()) return is === "file" ? "that is a folder" : await tryIn(path, "file");
    if (found !== null && is === "folder") return "that is a file";
    // Neither a device nor a pipe has a draft beside it.
    if (found !== null && !found.isFile()) return await access(path, constants.W_OK).then(() => null);
    let folder = dirname(path);
    while (makesWay && (await foundAt(folder)) === null) folder = dirname(folder);
    return await tryIn(folder, basename(path));
  } catch (cause) {
    return whyUnwritten(cause);
  }
}

function foundAt(path: string) {
  return stat(path).catch((cause) => {
    if (codeOf(cause) === "ENOENT") return null;
    throw cause;
  });
}

/** To be sure of rights, and of what else a file system may have against it. */
async function tryIn(folder: string, name: string): Promise<null> {
  const draft = beginDraft(join(folder, name));
  try {
    await (await open(draft, "w")).close();
    return null;
  } finally {
    endDraft(draft);
  }
}
