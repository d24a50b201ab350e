import type { Look } from "../output.ts";

/** How the answer to a request is shown. Pure: the same answer gives the same text. */
export interface View<Reply> {
  /** What `--json` prints, as one object. */
  json(reply: Reply): unknown;
  /** What is printed without it; every line ends with a line feed. */
  text(reply: Reply, look: Look): string;
  /** For stderr, when there is nothing to show. */
  note?(reply: Reply): string | null;
  /** When it is not 0. */
  exitCode?(reply: Reply): number;
}
