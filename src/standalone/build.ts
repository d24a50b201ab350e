/** `bun run build`: the whole console as a program of one file for each platform, into `dist/`. */
import { parseArgs } from "node:util";
import { ownCommit } from "../client/commit.ts";
import { ownFolder, shipped } from "../core/self.ts";
import { inkInOneFile } from "./ink.ts";

const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"] as const;
type Platform = (typeof platforms)[number];

async function build(platform: Platform): Promise<string> {
  const outfile = shipped(`dist/streamflow-console-${platform}`);
  await Bun.build({
    entrypoints: [shipped("src/standalone/main.ts")],
    compile: { outfile, target: `bun-${platform}`, assets: ["db"] },
    format: "esm",
    bytecode: true,
    minify: { syntax: true, whitespace: true },
    define: {
      "process.env.STREAMFLOW_COMMIT": JSON.stringify(ownCommit() ?? ""),
      // React's own choice between its two builds is made here: its development build is several times slower.
      "process.env.NODE_ENV": JSON.stringify("production"),
    },
    plugins: [inkInOneFile],
  });
  return outfile;
}

const { values } = parseArgs({ options: { platform: { type: "string", multiple: true } } });
const wanted = values.platform ?? [...platforms];
const unknown = wanted.find((name) => !platforms.some((one) => one === name));
if (unknown !== undefined) {
  console.error(`There is no platform ${unknown}. There are: ${platforms.join(", ")}.`);
  process.exit(2);
}
process.chdir(ownFolder ?? ".");
for (const platform of platforms.filter((one) => wanted.includes(one))) console.log(await build(platform));
