import type { ReportRequest } from "../../core/messages/report.ts";
import type { Request, RequestOf } from "../../core/messages/requests.ts";
import type { SnapshotEntry, UnsealedEntry } from "../../core/messages/seals.ts";
import type { UnexpectedRow } from "../../core/messages/unexpected.ts";
import type { OwnKeys } from "../drawing/keys-in-words.ts";
import type { Look } from "../drawing/theme.ts";

/** What the screen knows, and is no message of the pipeline's. */

/** Of all unexpected values behind a verdict, the pages around the cursor, by their numbers. */
export interface KnownValues {
  filter: string;
  total: number;
  all: boolean;
  pages: Readonly<Record<number, readonly UnexpectedRow[]>>;
}

/** How a list is shown: sorted by a column's title, or in its own order, and without some columns. */
export interface ListChoice {
  by: string | null;
  down: boolean;
  hidden: readonly string[];
}

/** What the user chose on the screen, and the home keeps. */
export interface Choices extends Partial<Omit<Look, "colours">> {
  /** Off where it is false: then the terminal selects text as it does elsewhere. */
  mouse?: boolean;
  lists?: Readonly<Record<string, ListChoice>>;
}

/** A line of the command line, to be chosen or changed. */
export interface TypedLine {
  line: string;
  help: string;
}

/** What a line that was typed asks for: something of the pipeline, a page, or words that are there already. */
export type TypedRequest = Exclude<Request, CancelRequest> | ReportRequest | { kind: "text"; text: string };
type CancelRequest = RequestOf<"cancel">;

/** What a line came to: the words of the command line, or why there are none. */
export interface Told {
  text: string;
  isGood: boolean;
}

/** What the user's own file says of keys, and what is wrong with that file: then nothing of it is in force. */
export interface OwnWishes {
  file: string;
  keys: OwnKeys;
  faults: readonly string[];
}

/** All snapshots of one as_of, newest as_of on top. */
export interface SnapshotDate {
  as_of: string;
  /** Under a seal. */
  entries: SnapshotEntry[];
  /** These, and rows that no seal vouches for. */
  standing: UnsealedEntry[];
}

/** What is looked at without anything being changed, and told as a list. */
export type FindingsRequest = RequestOf<"check" | "doctor">;

export interface Finding {
  name: string;
  state: "ok" | "warn" | "fail";
  detail: string;
  remedy: string | null;
}
