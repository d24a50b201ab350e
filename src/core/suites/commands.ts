import { program } from "../self.ts";
import { shellWord } from "../settings.ts";

/** The command that holds a suite against its table. */
export function commandOfSuite(path: string, table: string, flags: string): string {
  return `${program} validate --suite ${shellWord(path)} --table ${shellWord(table)}${flags}`;
}

/** The command that writes one where the manifest names none. */
export function commandOfInit(table: string, flags: string): string {
  return `${program} validate --init --table ${shellWord(table)}${flags}`;
}
