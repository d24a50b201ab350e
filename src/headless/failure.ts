import type { ConsoleError } from "../core/errors.ts";
import { escapeControl } from "../core/text.ts";
import type { Paint } from "./paint.ts";

export interface Failure {
  title: string;
  /** Lines that tell where and why; already safe to show. */
  cause: readonly string[];
  /** What to do now. */
  hint: string;
}

/** Always the same form: what happened, why, what to do now. */
export function printFailure({ title, cause, hint }: Failure, paint: Paint): string {
  const lines = [
    `${paint("red", "error:")} ${paint("bold", escapeControl(title))}`,
    ...cause.map((line) => `  ${line}`),
    `${paint("cyan", "remedy:")} ${escapeControl(hint)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** An error that ended a command. */
export async function printError({ title, hint, faults, faultCount }: ConsoleError, paint: Paint): Promise<string> {
  if (faultCount === 0) return printFailure({ title, cause: [], hint }, paint);
  const { faultLines } = await import("./faults.ts");
  return printFailure({ title, cause: faultLines({ faults, fault_count: faultCount }), hint }, paint);
}
