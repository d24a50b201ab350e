import type { ArkErrors, type } from "arktype";

export type { ArkErrors, type } from "arktype";

/** What data from outside must look like, in arktype's notation: plain data, for which nothing is loaded. */
export type Definition = object | string;

type Schema = ReturnType<typeof type.raw>;

const schemas = new Map<Definition, Schema>();

/** Digests of definitions with data that met them: those need arktype no more, which takes longer to load than a listing. */
const met = new Set<string>();

/** What met its definition so far, here or where `recall` has it from. */
export function metSoFar(): ReadonlySet<string> {
  return met;
}

/** Take for met what was met before, such as by the process before this one. */
export function recall(digests: Iterable<string>): void {
  for (const digest of digests) met.add(digest);
}

/** Throws what `refuse` makes of the errors, unless the data meet the definition. */
export function requireMet(definition: Definition, data: unknown, refuse: (errors: ArkErrors) => Error): void {
  const digest = digestOf([definition, data]);
  if (met.has(digest)) return;
  const result: unknown = schemaOf(definition)(data);
  if (result instanceof arktype().ArkErrors) throw refuse(result);
  met.add(digest);
}

/** The data, of the type that the definition stands for. Throws as `requireMet` does. */
export function checked<const Def extends Definition>(
  definition: type.validate<Def>,
  data: unknown,
  refuse: (errors: ArkErrors) => Error,
): type.infer<Def> {
  requireMet(definition as Def, data, refuse);
  return data as type.infer<Def>;
}

/** Whether the data meet the definition. For what never comes twice: nothing of it is kept. */
export function isSound(definition: Definition, data: unknown): boolean {
  return schemaOf(definition).allows(data);
}

/** Equal for equal JSON; a definition's patterns count as they are written. */
export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_, inner) => (inner instanceof RegExp ? String(inner) : inner));
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

function schemaOf(definition: Definition): Schema {
  const schema = schemas.get(definition) ?? arktype().type.raw(definition);
  schemas.set(definition, schema);
  return schema;
}

/** Loaded where nothing can be awaited, by the first of the data that were never met. */
function arktype(): typeof import("arktype") {
  const { configure }: typeof import("arktype/config") = require("arktype/config");
  // To compile validators takes longer than interpreting them for the little that is checked.
  configure({ jitless: true });
  return require("arktype");
}
