import type { Remedy } from "./remedy.ts";

const start = "Nothing was published. Start PostgreSQL on NODE, or mend the way to it, then run the command again";

/** What the coordinator of a Citus cluster says of its other nodes, which each have parts of the tables. */
export const nodeRemedies = {
  node_unreachable: {
    state: "08",
    says: /\bremote node\b|\bconnections to the node\b|\bestablishment for node\b/,
    code: "database_error",
    cause: "a node of the cluster cannot be reached",
    hint: `${start}; \`doctor\` tells which nodes answer.`,
    passes: true,
  },
  node_lost: {
    state: "XX000",
    says: /^(?:server closed the connection|terminating connection|connection (?:to the remote node|not open|timed out|re(?:set|fused))|could not (?:receive|send) data|failure on connection marked as essential|SSL )/i,
    code: "database_error",
    cause: "a node of the cluster was lost while it worked",
    hint: `${start}; \`doctor\` tells which nodes answer.`,
    passes: true,
  },
  node_lost_copying: {
    state: "58030",
    says: /^failed to COPY to shard/,
    code: "database_error",
    cause: "a node of the cluster was lost while rows were sent there",
    hint: `${start}; \`doctor\` tells which nodes answer.`,
    passes: true,
  },
  node_ended: {
    state: "57P01",
    // A function may raise the state with words of its own: those are told as ever.
    says: /^terminating connection/,
    isOfOthers: true,
    code: "database_error",
    cause: "a node of the cluster was shut down, or an administrator ended a session there",
    hint: `${start}; \`doctor\` tells which nodes answer.`,
    passes: true,
  },
} as const satisfies Record<string, Remedy>;
