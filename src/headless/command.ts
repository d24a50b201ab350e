import type { Pipeline } from "../client/pipeline.ts";
import type { Settings } from "../core/settings.ts";
import type { Output } from "./views/output.ts";

/** The value of every flag there is, under the name that the command-line library gives it. */
export interface Values {
  data?: string;
  database?: string;
  home?: string;
  json?: boolean;
  quiet?: boolean;
  /** False after `--no-color`. */
  color?: boolean;
  month?: string[];
  all?: boolean;
  pending?: boolean;
  asOf?: string;
  dryRun?: boolean;
  restamp?: boolean;
  backfill?: boolean;
  force?: boolean;
  verify?: boolean;
  drop?: string;
  checkData?: boolean;
  partitionSnapshots?: boolean;
  yes?: boolean;
  labelsFrom?: string;
  out?: string;
  suite?: string;
  table?: string;
  parameter?: string[];
  resultFormat?: string;
}

/** An option as data: help, the reference in the README and the parser are all made of it. */
export interface Flag {
  name: keyof Values;
  /** As written: `--month <month>`. */
  syntax: string;
  help: string;
  repeatable?: true;
  /** The command cannot do without it. */
  required?: true;
  choices?: readonly string[];
}

/** A word that follows the command's name. */
export interface Parameter {
  name: string;
  help: string;
  choices?: readonly string[];
  optional?: true;
}

export interface Example {
  line: string;
  does: string;
}

/** What the user wrote behind the command's name. */
export interface Input {
  words: readonly string[];
  values: Values;
}

/** What a command has to work with. */
export interface Context {
  settings: Settings;
  output: Output;
  json: boolean;
  quiet: boolean;
  /** Start the pipeline subprocess; the caller closes it. */
  start(): Pipeline;
}

/** One thing the command line can do. */
export interface Command {
  /** The word that calls it; empty for a run, which needs none. */
  name: string;
  summary: string;
  parameters: readonly Parameter[];
  flags: readonly Flag[];
  examples: readonly Example[];
  /** Do it; resolves to the exit code. Throws a ConsoleError, for wrong use before anything was started. */
  perform(input: Input, context: Context): Promise<number>;
}
