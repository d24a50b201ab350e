import type { CellType } from "../core/messages/training.ts";

/** A column as a feature store describes it. */
export interface FeastField {
  name: string;
  type: CellType;
  description: string;
}

/** A table as a feature store reads it. */
export interface FeastView {
  name: string;
  description: string;
  fields: readonly FeastField[];
  source: { name: string; description: string; query: string };
}

export interface FeastRepository {
  dataset: string;
  /** Schema in which Feast keeps the list of those asked for while it works. */
  schema: string;
  sslmode: string;
  /** The column of a source that says when its row is true. */
  stamp: string;
  key: readonly FeastField[];
  features: readonly FeastView[];
  label: FeastView;
}

/** What `feature_store.yaml` reads; the console reads the same. */
export const feastVariables = ["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"];

/** Its files by name. */
export function feastFiles(repository: FeastRepository): Record<string, string> {
  return { "feature_store.yaml": storeFile(repository), "features.py": definitionsFile(repository) };
}

/** In quotes, which a password may need. */
function storeFile({ dataset, schema, sslmode }: FeastRepository): string {
  const [host, port, database, user, password] = feastVariables.map((name) => `'\${${name}}'`);
  return `# Where Feast finds the snapshots of ${dataset}: the environment says it, and no secret is in this file.
project: ${dataset}
provider: local
registry: data/registry.db
offline_store:
  type: postgres
  host: ${host}
  port: ${port}
  database: ${database}
  user: ${user}
  password: ${password}
  sslmode: ${sslmode}
  # Feast makes a table here of each list of keys and dates, and drops it: its role needs CREATE on it.
  db_schema: ${JSON.stringify(schema)}
online_store:
  type: sqlite
  path: data/online_store.db
entity_key_serialization_version: 3
`;
}

const types: Record<CellType, string> = {
  text: "String",
  boolean: "Bool",
  int32: "Int32",
  int64: "Int64",
  double: "Float64",
  date: "UnixTimestamp",
  timestamp: "UnixTimestamp",
  timestamptz: "UnixTimestamp",
};

function definitionsFile({ dataset, stamp, key, features, label }: FeastRepository): string {
  const views = [...features, label];
  const names = pythonNames([...key.map(({ name }) => name), ...views.map(({ name }) => `${name}_view`)]);
  const entities = names.slice(0, key.length);
  const variables = names.slice(key.length);
  const used = new Set([...key, ...views.flatMap(({ fields }) => fields)].map(({ type }) => types[type]));
  const viewText = (view: FeastView, index: number, ttl: string) => `${variables[index]} = FeatureView(
    name=${python(view.name)},
    description=${python(view.description)},
    entities=[${entities.join(", ")}],
    ttl=${ttl},
    schema=[
${[...key, ...view.fields].map(fieldText).join("")}    ],
    source=PostgreSQLSource(
        name=${python(view.source.name)},
        description=${python(view.source.description)},
        timestamp_field=${python(stamp)},
        query=${longText(view.source.query)},
    ),${view === label ? "\n    online=False," : ""}
)
`;
  return `"""The snapshots of ${dataset} as Feast reads them, written by \`export --feast\`, which writes it anew with --yes.

A row of an entity list gets the features of the newest day that is not later than its moment, from the snapshots that are
sealed, and the label of the next day that is of a later month: what \`export --as-of\` of that day writes. Days begin at
midnight, UTC. The label stands at the day itself, and no list of other moments has one.
"""

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, ValueType
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import ${[...used].sort().join(", ")}

# How old features may be; older ones are NULL.
NOT_OLDER_THAN = timedelta(days=62)
# Of the day itself, whatever the hour.
THAT_DAY = timedelta(days=1) - timedelta(seconds=1)

${key.map((field, index) => entityText(field, entities[index] ?? "")).join("")}
${features.map((view, index) => viewText(view, index, "NOT_OLDER_THAN")).join("\n")}
# What became of them after that day: for training, and never known beside the features.
${viewText(label, features.length, "THAT_DAY")}
training = FeatureService(
    name="training",
    description="What \`export\` writes: the features of a day with the labels of a later month.",
    features=[${variables.join(", ")}],
)
serving = FeatureService(
    name="serving",
    description="The features alone.",
    features=[${variables.slice(0, -1).join(", ")}],
)
`;
}

function entityText({ name, type, description }: FeastField, variable: string): string {
  const valueType = type === "int32" || type === "int64" ? type.toUpperCase() : "STRING";
  return `${variable} = Entity(
    name=${python(name)},
    join_keys=[${python(name)}],
    value_type=ValueType.${valueType},
    description=${python(description)},
)
`;
}

function fieldText({ name, type, description }: FeastField): string {
  return `        Field(name=${python(name)}, dtype=${types[type]}, description=${python(description)}),\n`;
}

/** A string of JSON is one of Python. */
function python(text: string): string {
  return JSON.stringify(text);
}

/** Over several lines, as a statement is read. */
function longText(text: string): string {
  const lines = text.trim().replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"').split("\n");
  return `"""\n${lines.map((line) => `            ${line}`).join("\n")}\n        """`;
}

/** Names of variables that are like these, each another one. */
function pythonNames(names: readonly string[]): string[] {
  const taken = new Set(["training", "serving"]);
  return names.map((name) => {
    const plain = name.replaceAll(/\W/g, "_").replace(/^(?=\d|$)/, "_");
    let free = plain;
    for (let number = 2; taken.has(free) || keywords.has(free); number++) free = `${plain}_${number}`;
    taken.add(free);
    return free;
  });
}

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield Entity FeatureService FeatureView Field ValueType PostgreSQLSource timedelta Bool Float64 Int32 Int64 String UnixTimestamp".split(
    " ",
  ),
);
