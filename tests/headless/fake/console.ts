import { startPipeline } from "../../../src/client/pipeline.ts";
import { main } from "../../../src/main.ts";

// The console itself, with a stand-in for the pipeline.
const entry = Bun.fileURLToPath(new URL("./pipeline.ts", import.meta.url));
process.exit(await main(process.argv.slice(2), (settings) => startPipeline(settings, entry)));
