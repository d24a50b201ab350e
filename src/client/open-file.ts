/** Programs that open a file with whatever shows it, by platform. */
const openers: Partial<Record<NodeJS.Platform, string>> = { linux: "xdg-open", darwin: "open" };

/** Open a page in the browser there is; false where there is none to be seen. */
export async function openFile(path: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const name = openers[process.platform];
  const program = name === undefined ? null : Bun.which(name, { PATH: env.PATH ?? "" });
  // Without a display it would look for a browser of the terminal's, and draw over the screen.
  const hasDisplay = process.platform === "darwin" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  if (program === null || !hasDisplay) return false;
  const child = Bun.spawn([program, path], { stdin: "ignore", stdout: "ignore", stderr: "ignore", env });
  return (await child.exited) === 0;
}
