import type { nodeRemedies } from "../../../src/postgres/remedies/nodes.ts";
import { type Provocation, played } from "./provoking.ts";

/** What a coordinator says (seen of Citus 13.2): there is no cluster here. */
export const nodeProvocations: Record<keyof typeof nodeRemedies, Provocation> = {
  node_unreachable: played(
    "08006",
    "connection to the remote node streamflow@127.0.0.1:9701 failed with the following error: Connection refused",
  ),
  node_lost: played("XX000", "server closed the connection unexpectedly"),
  node_lost_copying: played("58030", "failed to COPY to shard 102139 on 127.0.0.1:9701"),
  node_ended: played("57P01", "terminating connection due to administrator command"),
};
