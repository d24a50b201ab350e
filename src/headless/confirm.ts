import type { Flag, Values } from "./command.ts";
import { usageError } from "./usage.ts";

export const yes: Flag = { name: "yes", syntax: "--yes", help: "do what cannot be undone" };

/** Go on only when the user has said that this is meant: `would` tells what would be done. */
export function confirm({ yes: sure }: Values, would: string): void {
  if (!sure) throw usageError(would, "Add --yes if that is what you want.");
}
