import type { Environment } from "../../core/settings.ts";

/** What OpenLineage's own clients read of the environment, by the names that they know it by. */
export const lineageVariables = {
  url: ["OPENLINEAGE_URL", "OPENLINEAGE__TRANSPORT__URL"],
  endpoint: ["OPENLINEAGE_ENDPOINT", "OPENLINEAGE__TRANSPORT__ENDPOINT"],
  key: ["OPENLINEAGE_API_KEY", "OPENLINEAGE__TRANSPORT__AUTH__APIKEY"],
  type: ["OPENLINEAGE__TRANSPORT__TYPE"],
  file: ["OPENLINEAGE__TRANSPORT__LOG_FILE_PATH"],
  append: ["OPENLINEAGE__TRANSPORT__APPEND"],
  namespace: ["OPENLINEAGE_NAMESPACE"],
  parent: ["OPENLINEAGE_PARENT_ID"],
  disabled: ["OPENLINEAGE_DISABLED"],
} as const;

export function lineageSetting(name: keyof typeof lineageVariables, env: Environment): string | undefined {
  return lineageVariables[name].map((variable) => env[variable]).find(Boolean);
}

/** Whether the environment asks for lineage: cheap, for whoever must know before anything is loaded. */
export function isLineageAsked(env: Environment): boolean {
  if (lineageSetting("disabled", env)?.toLowerCase() === "true") return false;
  return (lineageSetting("url", env) ?? lineageSetting("type", env)) !== undefined;
}
