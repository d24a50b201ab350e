import type { CodePoints } from "./code-points.ts";

/** What a Python regular expression says, apart from how it is written. */
export type Node =
  | { kind: "set"; set: CodePoints }
  /** `^ $ \A \Z`, of the text or, under `(?m)`, of a line. */
  | { kind: "edge"; at: "start" | "line start" | "end" | "line end" | "very end" }
  /** `\b` and `\B`; `word` are the characters that make words. */
  | { kind: "boundary"; negative: boolean; word: CodePoints }
  | { kind: "sequence"; parts: readonly Node[] }
  | { kind: "choice"; branches: readonly Node[] }
  /** `number` counts the capturing groups from 1; null for a group that captures nothing. */
  | { kind: "group"; body: Node; number: number | null }
  | { kind: "look"; behind: boolean; negative: boolean; body: Node }
  | { kind: "reference"; number: number }
  | { kind: "repeat"; body: Node; min: number; max: number };

export interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  multiline: boolean;
  verbose: boolean;
  ascii: boolean;
}

/** Makes the error for a pattern that cannot be translated. */
export type Fail = (reason: string) => Error;
