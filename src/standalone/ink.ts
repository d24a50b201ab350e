import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";
import { shipped } from "../core/self.ts";

/** What of Ink cannot be put into one file as it is, by the end of each file's path, and what it is there instead. */
const instead: Record<string, (text: string, path: string) => string | Promise<string>> = {
  /** It asks for Ink as CommonJS modules are asked for; Ink is none. */
  "ink-table/dist/index.js": (text) => `
    import * as ink from "ink"; import react from "react"; import hash from "object-hash";
    const modules = { ink, react, "object-hash": hash }; const require = (name) => modules[name]; const exports = {};
    ${text}
    export default exports.default;`,

  /** React's devtools, which it would wait for while it is loaded, are no part of what is shipped. */
  "ink/build/reconciler.js": (text) =>
    text.replaceAll("process.env['DEV'] === 'true'", "false").replaceAll(/await (?=import\(|loadPackageJson\()/g, ""),
  "ink/build/devtools.js": () => "",

  /** It waits for its WebAssembly while it is loaded, of which a file with bytecode is not capable. */
  "yoga-layout/dist/src/index.js": async (_, path) => `
    import loadYoga from "../binaries/yoga-wasm-base64-esm.js"; import wrapAssembly from "./wrapAssembly.js";
    const wasm = new WebAssembly.Module(Uint8Array.fromBase64("${await wasmBeside(path)}"));
    const yoga = {
      instantiateWasm(imports, receive) {
        const { exports } = new WebAssembly.Instance(wasm, imports);
        receive({ exports });
        return exports;
      },
    };
    loadYoga(yoga);
    export default wrapAssembly(yoga); export * from "./generated/YGEnums.js";`,
  "yoga-layout/dist/binaries/yoga-wasm-base64-esm.js": (text) =>
    text.replace(base64, "").replace("import.meta.url", '""'),

  /**
   * What it knows all emoji by takes longer to compile than a screen to draw, and each of them has one of these in it
   * (Unicode's report 51), which none of our signs has.
   */
  "string-width/index.js": (text) =>
    text.replace("rgiEmojiRegex.test(", "/\\p{Emoji_Presentation}|\\uFE0F/u.test(segment) && rgiEmojiRegex.test("),

  /** It looks for a part of Ink where Ink's files are. */
  "src/tui/device/kept-rows.ts": (text) =>
    text.replace(
      /new URL\("output\.js", import\.meta\.resolve\("ink"\)\)\.href/,
      JSON.stringify(join(dirname(Bun.resolveSync("ink", shipped("src/tui"))), "output.js")),
    ),
};

const base64 = /(?<=base64,)[A-Za-z0-9+/=]{2000,}/;

async function wasmBeside(path: string): Promise<string> {
  const text = await Bun.file(join(dirname(path), "../binaries/yoga-wasm-base64-esm.js")).text();
  const [found] = base64.exec(text) ?? [];
  if (found === undefined) throw new Error("yoga-layout keeps its WebAssembly elsewhere");
  return found;
}

/** Asked for as a CommonJS module it is one that loads its parts from beside it, by a name that nobody reads in time. */
const ownParts = { asked: /^jsonc-parser$/, instead: "jsonc-parser/lib/esm/main.js" };

export const inkInOneFile: BunPlugin = {
  name: "ink in one file",
  setup(build) {
    build.onResolve({ filter: ownParts.asked }, () => ({ path: Bun.resolveSync(ownParts.instead, shipped("src")) }));
    for (const [end, change] of Object.entries(instead)) {
      const filter = new RegExp(`[\\\\/]${end.replaceAll(".", "\\.").replaceAll("/", "[\\\\/]")}$`);
      build.onLoad({ filter }, async ({ path, loader }) => ({
        loader,
        contents: await change(await Bun.file(path).text(), path),
      }));
    }
  },
};
