import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { preloading } from "../../helpers/program.ts";

/** What is done to the pipeline's process at a point of its way. */
export type Deed =
  /** Nothing: the points are written down. */
  | "record"
  /** kill -9. */
  | "kill"
  /** What is about to be done there throws. */
  | "throw"
  /** The connection that is about to be written to is cut. */
  | "cut"
  /** What is about to be written waits until it is let go on. */
  | "hold";

/** What happens where, and a folder in which that is told. */
export interface Plan {
  deed: Deed;
  /** By its number, from 1 on, or the first one that fits the pattern. */
  at: number | string;
  folder: string;
}

/** Names a plan to the process that it is for. */
export const planVariable = "FAULTS_PLAN";

const preload = join(import.meta.dir, "preload.ts");

/** The environment of a console whose pipeline meets the plan. */
export function environmentOf(plan: Plan): Record<string, string> {
  // Of what is built, no file can be replaced.
  return { ...preloading(preload), STREAMFLOW_BUILT: "no", [planVariable]: JSON.stringify(plan) };
}

/** Where it is told which point was met, once one was. */
export const metFile = ({ folder }: Pick<Plan, "folder">) => join(folder, "met");
/** Where points are written down, a line each. */
export const pointsFile = ({ folder }: Pick<Plan, "folder">) => join(folder, "points");
/** There once what is held may go on. */
export const goFile = ({ folder }: Pick<Plan, "folder">) => join(folder, "go");

/** The point at which it happened; null while it has not. */
export function pointMet(plan: Plan): string | null {
  return existsSync(metFile(plan)) ? readFileSync(metFile(plan), "utf8") : null;
}
