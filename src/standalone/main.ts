/** What the program of one file begins with: it starts itself for each of its parts. */
import { type Part, partOption } from "../core/self.ts";

const load: Record<Part, () => Promise<unknown>> = {
  pipeline: () => import("../pipeline/main.ts"),
  leave: () => import("../postgres/embedded/leave.ts"),
};

const [name = ""] = process.argv[2]?.startsWith(partOption) ? process.argv.splice(2, 1) : [];
const part = name.slice(partOption.length);
if (part === "pipeline" || part === "leave") await load[part]();
else await import("../main.ts");
