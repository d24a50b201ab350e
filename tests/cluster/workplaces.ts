import { startPipeline } from "../../src/client/pipeline.ts";
import type { Cluster } from "../helpers/cluster.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import type { Workplace } from "../helpers/pipeline.ts";

let databases = 0;

/** A database of a cluster, with a folder of drops, of its own unless it is given, and a pipeline over both. Nothing is distributed. */
export async function clusterWorkplace(cluster: Cluster, shared?: DropFolder): Promise<Workplace> {
  const database = await cluster.database(`place_${++databases}`);
  const drops = shared ?? dropFolder();
  const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home-${databases}`, database: database.url });
  const close = async () => {
    await pipeline.close();
    if (shared === undefined) drops.remove();
    await database.drop();
  };
  return { database, drops, pipeline, close };
}
