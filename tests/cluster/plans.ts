import { join } from "node:path";

/** Has a coordinator write each statement's plan to its log, with the plans of the nodes that it asks. */
export const writingPlans = `
session_preload_libraries = 'auto_explain'
auto_explain.log_min_duration = 0
auto_explain.log_format = json
logging_collector = on
log_destination = jsonlog
log_directory = 'plans'
log_filename = 'all'
log_rotation_age = 0
log_rotation_size = 0
`;

/** As much of a plan as tells what comes to the coordinator (Citus: EXPLAIN of a distributed query). */
interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Group Key"?: string[];
  Filter?: string;
  Plans?: Plan[];
  "Distributed Query"?: {
    Job?: { "Dependent Jobs"?: unknown; Tasks?: { "Remote Plan"?: { Plan: Plan }[][] }[] };
    Subplans?: { PlannedStmt: { Plan: Plan }[] }[];
  };
}

/** What a statement has the nodes send that may be as much as a table holds: `rows`, `groups by …`, `repartition`, or Citus's own method. */
export interface Pulled {
  statement: string;
  what: string;
}

/** What of all statements so far pulls rows, each once; and how many there were that Citus distributed. */
export async function pulledRows(data: string): Promise<{ pulled: Pulled[]; distributed: number }> {
  const found = new Map<string, Pulled>();
  let distributed = 0;
  for (const line of (await Bun.file(join(data, "plans", "all.json")).text()).split("\n")) {
    const message: string = line === "" ? "" : JSON.parse(line).message;
    const start = message.indexOf("plan:");
    if (start < 0) continue;
    const { Plan: plan, "Query Text": text }: { Plan: Plan; "Query Text": string } = JSON.parse(
      message.slice(start + 5),
    );
    // A part that Citus carries out by itself, and which stands in the plan of its statement.
    if (text === "") continue;
    const whats = distributedIn(plan).map(pulledBy);
    distributed += whats.length > 0 ? 1 : 0;
    const statement = text.replace(/\s+/g, " ").trim();
    for (const what of whats.flat()) found.set(`${what} ${statement}`, { statement, what });
  }
  return { pulled: [...found.values()], distributed };
}

function distributedIn(plan: Plan): Plan[] {
  const below = (plan.Plans ?? []).flatMap(distributedIn);
  const subplans = (plan["Distributed Query"]?.Subplans ?? []).flatMap(({ PlannedStmt }) => PlannedStmt);
  const beside = subplans.flatMap(({ Plan: inner }) => distributedIn(inner));
  return [...("Distributed Query" in plan ? [plan] : []), ...below, ...beside];
}

function pulledBy(plan: Plan): string[] {
  const method = Object.entries(plan).find(([key]) => /method/i.test(key));
  const job = plan["Distributed Query"]?.Job;
  const remote = (job?.Tasks ?? []).flatMap((task) => (task["Remote Plan"] ?? []).flat());
  return [
    ...(method === undefined ? [] : [String(method[1])]),
    ...(job?.["Dependent Jobs"] === undefined ? [] : ["repartition"]),
    ...remote.flatMap(({ Plan: top }) => comingFrom(top) ?? []),
  ];
}

/** One row comes of these, or none, whatever they read. */
const bounded = new Set(["Limit", "ModifyTable"]);

/** Of the rows of a table that a node reads, what it sends. */
function comingFrom(plan: Plan): string | null {
  if (bounded.has(plan["Node Type"])) return null;
  if (plan["Node Type"] === "Aggregate") {
    const key = plan["Group Key"]?.join(", ");
    return key === undefined || !readsTable(plan) ? null : `groups by ${key}`;
  }
  if (plan["Relation Name"] !== undefined) return "rows";
  for (const below of plan.Plans ?? []) {
    const found = comingFrom(below);
    if (found !== null) return found;
  }
  return null;
}

function readsTable(plan: Plan): boolean {
  return plan["Relation Name"] !== undefined || (plan.Plans ?? []).some(readsTable);
}
