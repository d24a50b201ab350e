import type { Environment } from "../../core/settings.ts";

/** Editors that are told the line in another way than by `+LINE FILE`. */
const byColon = new Set(["code", "codium", "subl", "zed", "hx", "helix"]);

/** The words that open a file at a line in the user's editor. */
export function editorWords(env: Environment, path: string, line: number | null): string[] {
  const words = (env.VISUAL || env.EDITOR || "vi").trim().split(/\s+/);
  const name = words[0]?.split("/").at(-1) ?? "";
  if (line === null) return [...words, path];
  if (name === "code" || name === "codium") return [...words, "--wait", "--goto", `${path}:${line}`];
  return byColon.has(name) ? [...words, `${path}:${line}`] : [...words, `+${line}`, path];
}

/** Resolves once the editor is left: to what is to be said of it, null where all went well. */
export async function editFile(env: Environment, path: string, line: number | null): Promise<string | null> {
  const words = editorWords(env, path, line);
  try {
    const code = await Bun.spawn(words, { stdio: ["inherit", "inherit", "inherit"] }).exited;
    return code === 0 ? null : `${words[0]} ended with exit code ${code}.`;
  } catch {
    return `${words[0]} cannot be started: set VISUAL or EDITOR to your editor.`;
  }
}
