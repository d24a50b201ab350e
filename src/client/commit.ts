import { form, ownFolder } from "../core/self.ts";

/** The commit that this program was made from, in short; null where that is not known. */
export function ownCommit(): string | null {
  if (form === "one_file") return process.env.STREAMFLOW_COMMIT || null;
  return form === "checkout" && ownFolder !== null ? commitOf(ownFolder) : null;
}

function commitOf(folder: string): string | null {
  const git = Bun.which("git");
  if (git === null) return null;
  const { success, stdout } = Bun.spawnSync([git, "-C", folder, "rev-parse", "--show-prefix", "--short", "HEAD"]);
  // A copy in somebody else's repository is not of that one's commit.
  const [prefix, commit] = stdout.toString().split("\n");
  return success && prefix === "" && commit ? commit : null;
}
