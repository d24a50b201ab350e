import { type } from "arktype";
import { manifestShape } from "../../src/core/dataset.ts";
import { manifestFields } from "../../src/core/manifest/fields.ts";
import { expectationFields, expectationShape, suiteFields, suiteShape } from "../../src/core/suites/suite-shape.ts";
import { writtenSettings } from "../../src/core/written/settings.ts";
import { registry } from "../../src/expectations/kinds/registry.ts";
import { common, retired } from "../../src/expectations/plan/arguments.ts";
import type { Entry } from "../../src/expectations/plan/entry.ts";
import { formatShape } from "../../src/expectations/plan/result-format.ts";
import { conditionForms } from "../../src/expectations/row-condition-forms.ts";
import { colourNames } from "../../src/tui/drawing/theme.ts";
import { usualKeys } from "../../src/tui/own/keys.ts";
import { ownFields, ownShape } from "../../src/tui/own/shape.ts";
import { bindings } from "../../src/tui/screens/bindings.ts";

/** JSON Schemas of what the console reads, made of the very definitions that it checks them by. */

export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
}

/** The draft that editors know best. */
const draft = "http://json-schema.org/draft-07/schema#";

/** What a schema cannot say of a definition is left to the console. */
function schemaOf(definition: object): JsonSchema {
  const options = { target: "draft-07", dialect: null, fallback: ({ base }: { base: object }) => base } as const;
  return type.raw(definition).toJsonSchema(options) as JsonSchema;
}

export function manifestSchema(): JsonSchema {
  const { properties = {}, ...shape } = schemaOf(manifestShape);
  const schema: JsonSchema = { ...shape, properties: inOrder(properties, Object.keys(manifestFields)) };
  for (const [place, meaning] of Object.entries(manifestFields)) fieldAt(schema, place).description = meaning;
  for (const [name, { means }] of Object.entries(writtenSettings)) {
    for (const section of ["written", "tables.*.written"]) fieldAt(schema, `${section}.${name}`).description = means;
  }
  fieldAt(schema, "tables").minProperties = 1;
  return { $schema: draft, title: "Manifest of a dataset", ...schema };
}

/** The schema of a field by its place, such as `tables.*.file`. */
function fieldAt(schema: JsonSchema, place: string): JsonSchema {
  return place.split(".").reduce((outer, name) => {
    const inner = name === "*" ? outer.additionalProperties : outer.properties?.[name];
    if (typeof inner === "object") return inner;
    throw new Error(`the manifest has no field ${place}`);
  }, schema);
}

function inOrder<Value>(record: Record<string, Value>, names: readonly string[]): Record<string, Value> {
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => place(one) - place(other)));
}

export function suiteSchema(): JsonSchema {
  const types = [...registry.keys()].sort();
  const suite = schemaOf(suiteShape);
  return {
    $schema: draft,
    title: "Expectation suite of Great Expectations, as the console evaluates it",
    ...suite,
    properties: described({ ...suite.properties, expectations: listOf("expectation") }, suiteFields),
    anyOf: [{ required: ["name"] }, { required: ["expectation_suite_name"] }],
    definitions: {
      expectation: expectationSchema(types),
      parameter: {
        title: "A parameter of the suite, or an expression of some",
        type: "object",
        properties: { $PARAMETER: { type: "string" } },
        required: ["$PARAMETER"],
      },
      row_condition: conditionSchema(),
      result_format: orNull(orParameter(schemaOf(formatShape))),
      ...Object.fromEntries(types.map((name) => [name, argumentsOf(registry.get(name) as Entry)])),
    },
  };
}

function described(properties: Record<string, JsonSchema>, words: Readonly<Record<string, string>>) {
  const all = Object.entries(words).map(([name, description]) => [name, { description, ...properties[name] }] as const);
  const forgotten = Object.keys(properties).filter((name) => !Object.hasOwn(words, name));
  if (forgotten.length > 0) throw new Error(`nothing says what ${forgotten.join(", ")} means`);
  return Object.fromEntries(all);
}

/** An expectation's arguments go by its type, under either of the names that this has. */
function expectationSchema(types: readonly string[]): JsonSchema {
  const shape = schemaOf(expectationShape);
  const anyType = { enum: [...types] };
  const fields = { ...shape.properties, type: anyType, expectation_type: anyType };
  const isOf = (field: string, type: string) => ({ properties: { [field]: { const: type } }, required: [field] });
  return {
    ...shape,
    properties: described(fields, expectationFields),
    additionalProperties: false,
    anyOf: [{ required: ["type"] }, { required: ["expectation_type"] }],
    allOf: types.map((type) => ({
      if: { anyOf: [isOf("type", type), isOf("expectation_type", type)] },
      // biome-ignore lint/suspicious/noThenProperty: that is what JSON Schema calls it.
      then: { properties: { kwargs: ref(type) }, ...needsArguments(type) },
    })),
  };
}

function needsArguments(type: string): JsonSchema {
  const { required = [] } = schemaOf(registry.get(type)?.definition ?? {});
  return required.length === 0 ? {} : { required: ["kwargs"] };
}

/** Those of them that every expectation takes without looking at them. */
const unread = [...common].filter(
  (name) => !["row_condition", "condition_parser", "result_format", ...retired].includes(name),
);

/** Those that say something of the expectation itself. */
const ofEach = schemaOf(expectationShape).properties?.kwargs?.properties;

function argumentsOf({ definition }: Entry): JsonSchema {
  const { properties = {}, ...own } = schemaOf(definition);
  return {
    ...own,
    properties: {
      ...mapValues(properties, orParameter),
      ...ofEach,
      row_condition: ref("row_condition"),
      condition_parser: {},
      result_format: ref("result_format"),
    },
    patternProperties: {
      [`^(${unread.join("|")})$`]: {},
      [`^(${retired.join("|")})$`]: { enum: [false, null, 0, ""] },
    },
    additionalProperties: false,
  };
}

function conditionSchema(): JsonSchema {
  const forms = Object.values(conditionForms).map((form) => {
    const { properties = {}, ...rest } = schemaOf(form);
    const { conditions } = properties;
    return { ...rest, properties: { ...properties, ...(conditions && { conditions: listOf("row_condition") }) } };
  });
  return orNull({ anyOf: [{ type: "string" }, ...forms] });
}

/** Wherever a value stands, a parameter may. */
function orParameter(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).length === 0) return schema;
  const { anyOf } = schema;
  if (anyOf !== undefined) return { ...schema, anyOf: [...anyOf.map(inner), ref("parameter")] };
  return { anyOf: [inner(schema), ref("parameter")] };
}

/** The same for what is in it. */
function inner(schema: JsonSchema): JsonSchema {
  const { items, properties } = schema;
  return {
    ...schema,
    ...(items && { items: orParameter(items) }),
    ...(properties && { properties: mapValues(properties, orParameter) }),
  };
}

function orNull({ anyOf = [], ...rest }: JsonSchema): JsonSchema {
  return { ...rest, anyOf: [...anyOf, { type: "null" }] };
}

function ref(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

function listOf(name: string): JsonSchema {
  return { type: "array", items: ref(name) };
}

function mapValues(record: Record<string, JsonSchema>, change: (schema: JsonSchema) => JsonSchema) {
  return Object.fromEntries(Object.entries(record).map(([name, schema]) => [name, change(schema)]));
}

/** The user's own file: each usual key with what it does. */
export function consoleSchema(): JsonSchema {
  const { properties = {}, ...shape } = schemaOf(ownShape);
  const { keys = {}, colours = {} } = properties;
  const { additionalProperties: wished, ...ofKeys } = keys;
  const means = (name: keyof typeof ownFields) => ({ description: ownFields[name] });
  const palettes = mapValues(colours.properties ?? {}, ({ properties: all = {}, ...palette }) => ({
    ...palette,
    properties: Object.fromEntries(colourNames.map((name) => [name, { ...means(name), ...all[name] }])),
  }));
  const of = (usual: string) =>
    [...new Set(bindings.filter((binding) => binding.keys.includes(usual)).map(({ help }) => help))].join("; ");
  const own = usualKeys.filter((usual) => usual !== "ctrl+c");
  return {
    $schema: draft,
    title: "Keys and colours of the console on a terminal",
    ...shape,
    properties: {
      $schema: { ...means("$schema"), ...properties.$schema },
      keys: {
        ...means("keys"),
        ...ofKeys,
        properties: Object.fromEntries(
          own.map((usual) => [usual, { description: of(usual), ...(typeof wished === "object" ? wished : {}) }]),
        ),
        additionalProperties: false,
      },
      colours: { ...means("colours"), ...colours, properties: palettes },
    },
  };
}

/** The files that hold them, by their paths in the project. */
export const schemas = [
  { path: "db/schemas/dataset.schema.json", make: manifestSchema },
  { path: "db/schemas/suite.schema.json", make: suiteSchema },
  { path: "db/schemas/console.schema.json", make: consoleSchema },
];
