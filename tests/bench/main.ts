import { exitCodes, toConsoleError } from "../../src/core/errors.ts";

interface Bench {
  run(args: string[]): Promise<void>;
}

/** What `bun run bench NAME` measures. */
const benches: Record<string, () => Promise<Bench>> = {
  load: () => import("./load.ts"),
  expectations: () => import("./expectations.ts"),
  compare: () => import("./compare.ts"),
  read: () => import("./read.ts"),
  seals: () => import("./seals.ts"),
  ui: () => import("./ui.ts"),
};
const usual = "load";

const [first = "", ...rest] = process.argv.slice(2);
const isName = first !== "" && !first.startsWith("-");
const bench = benches[isName ? first : usual];
if (bench === undefined) {
  console.error(`"${first}" is not a bench. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(exitCodes.usage);
}
try {
  await (await bench()).run(isName ? rest : process.argv.slice(2));
} catch (thrown) {
  const error = toConsoleError(thrown);
  console.error(error.title);
  console.error(error.hint);
  process.exitCode = error.exitCode;
}
