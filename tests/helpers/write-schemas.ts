import { schemas } from "./schemas.ts";

/** Writes the JSON Schemas of db/schemas anew, laid out as all JSON here is: `bun run schemas`. */

const root = Bun.fileURLToPath(new URL("../..", import.meta.url));

for (const { path, make } of schemas) {
  const format = Bun.spawn([`${root}/node_modules/.bin/biome`, "format", `--stdin-file-path=${path}`], {
    cwd: root,
    stdin: new Blob([JSON.stringify(make())]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const laidOut = await new Response(format.stdout).text();
  if ((await format.exited) !== 0) throw new Error(`${path} was not written`);
  await Bun.write(`${root}/${path}`, laidOut);
}
