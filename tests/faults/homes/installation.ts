import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "../../headless/process.ts";
import { asIfNothing } from "../catalogue/fault.ts";
import { environmentIn, program, type Workshop } from "../console.ts";
import { cannotMount } from "../mounting.ts";
import type { HomeFault } from "./meet.ts";

const modules = realpathSync(join(import.meta.dir, "../../../node_modules"));

/** In a view of the files of its own, in which nothing can be written to where packages are installed. */
const readOnly =
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && ! touch "$0/file" 2>/dev/null && exec "$@"';

async function fromReadOnly(shop: Workshop): Promise<Outcome> {
  const words = ["unshare", "--mount", "sh", "-c", readOnly, modules, ...program, "--month", "0", "--month", "1"];
  const child = Bun.spawn(words, { env: environmentIn(shop), stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, code };
}

/** What the embedded server is installed as. */
export const installationFaults: readonly HomeFault[] = [
  {
    name: "packages are installed where nothing can be written",
    isNew: true,
    unless: cannotMount,
    provoke: fromReadOnly,
    expected: asIfNothing,
  },
];
