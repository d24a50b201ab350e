import { spawnPipeline } from "../../../src/client/subprocess.ts";
import { main } from "../../../src/program.ts";

// The console itself, with a stand-in for the pipeline.
const entry = Bun.fileURLToPath(new URL("./pipeline.ts", import.meta.url));
process.exit(await main(process.argv.slice(2), null, () => spawnPipeline(entry)));
