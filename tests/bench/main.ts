import { exitCodes, toConsoleError } from "../../src/core/errors.ts";

interface Bench {
  run(args: string[]): Promise<void>;
}

/** What `bun run bench NAME` measures. */
const benches: Record<string, () => Promise<Bench>> = {
  load: () => import("./load.ts"),
  profile: () => import("./profile.ts"),
  expectations: () => import("./expectations.ts"),
  compare: () => import("./compare.ts"),
  read: () => import("./read.ts"),
  profiles: () => import("./profiles.ts"),
  seals: () => import("./seals.ts"),
  ui: () => import("./ui.ts"),
};
const usual = "load";

const given = process.argv.slice(2);
const [first = ""] = given;
const isName = first !== "" && !first.startsWith("-");
const asked = isName ? first : usual;
const words = isName ? given.slice(1) : given;
// To whoever asks for it an option of the usual bench; it has nothing in common with that but the drops.
const isProfile = asked === usual && words.includes("--profile");
const name = isProfile ? "profile" : asked;
const bench = benches[name];
if (bench === undefined) {
  console.error(`"${name}" is not a bench. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(exitCodes.usage);
}
try {
  await (await bench()).run(isProfile ? words.filter((word) => word !== "--profile") : words);
} catch (thrown) {
  const error = toConsoleError(thrown);
  console.error(error.title);
  console.error(error.hint);
  process.exitCode = error.exitCode;
}
