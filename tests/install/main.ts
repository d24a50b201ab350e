import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { undoAll } from "../helpers/at-end.ts";
import { ownTemporaryFolder } from "../helpers/scratch.ts";
import { testDatabase } from "../helpers/server.ts";
import { checkouts } from "./checkouts.ts";
import { packages } from "./packages.ts";
import { starts } from "./starts.ts";
import { upgrades } from "./upgrades.ts";
import { complaintsOf, type Supplies, type Way } from "./way.ts";

/** `bun run ways`: each way to install, start, pack and upgrade the console, carried out as its users would. */

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const ways = [...checkouts, ...packages, ...starts, ...upgrades].filter(({ name }) => name.includes(values.only));
const project = fileURLToPath(new URL("../../", import.meta.url));
const scratch = ownTemporaryFolder();

/** What whoever clones the project gets, the changes that are not committed yet with it. */
function checkout(): string {
  const folder = join(scratch, "checkout");
  const listed = Bun.spawnSync(["git", "-C", project, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  for (const file of listed.stdout.toString().split("\0").filter(Boolean)) {
    if (file !== "node_modules") cpSync(join(project, file), join(folder, file));
  }
  return folder;
}

function made(words: readonly string[], cwd: string): void {
  const { success, stdout, stderr } = Bun.spawnSync([...words], { cwd });
  if (!success) throw new Error(`${words.join(" ")} failed:\n${stdout}${stderr}`);
}

function supplied(): Omit<Supplies, "url"> {
  const folder = checkout();
  const packing = join(scratch, "packing");
  cpSync(folder, packing, { recursive: true });
  made([process.execPath, "install", "--frozen-lockfile"], packing);
  made(["npm", "pack", "--silent"], packing);
  const tarball = readdirSync(packing).find((name) => name.endsWith(".tgz")) ?? "";
  const platform = `${process.platform}-${process.arch}`;
  made([process.execPath, "run", "build", "--platform", platform], packing);
  const program = join(packing, "dist", `streamflow-console-${platform}`);
  return { checkout: folder, tarball: join(packing, tarball), program };
}

async function tried(way: Way, supplies: Omit<Supplies, "url">, at: number): Promise<string[]> {
  const database = way.script.includes("$URL") ? await testDatabase() : null;
  const folder = join(scratch, `way-${at}`);
  mkdirSync(folder);
  try {
    return await complaintsOf(way, { ...supplies, url: database?.url ?? "" }, folder);
  } finally {
    await database?.drop();
  }
}

let worked = 0;
let count = 0;
try {
  const supplies = supplied();
  for (const way of ways) {
    const obstacle = way.unless?.() ?? null;
    if (obstacle !== null) {
      console.log(`untried   ${way.name}: ${obstacle}`);
      continue;
    }
    const complaints = await tried(way, supplies, ++count);
    if (complaints.length === 0) worked++;
    console.log(`${complaints.length === 0 ? "as told " : "NOT SO  "}  ${way.name}`);
    for (const complaint of complaints) console.log(`          ${complaint}`);
  }
} finally {
  await undoAll();
}
console.log(`${worked} of ${count} ways are as they are told`);
process.exit(worked === count && count > 0 ? 0 : 1);
