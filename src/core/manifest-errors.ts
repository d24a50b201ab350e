import type { ArkErrors } from "./checks.ts";
import { manifestFields, manifestForms } from "./manifest/fields.ts";
import { suggest } from "./suggest.ts";
import { writtenSettings } from "./written/settings.ts";

/** What is wrong with a manifest, field by field: what is there, and what is required. */
export function whyNoManifest(errors: ArkErrors): string {
  return [...errors]
    .map(({ path, code, expected, data, problem }) => complaint({ path, code, expected, data, problem }))
    .join("; ");
}

interface Complaint {
  path: readonly PropertyKey[];
  code: string;
  expected: string;
  data: unknown;
  problem: string;
}

function complaint({ path, code, expected, data, problem }: Complaint): string {
  // Not by `map`, which would make one more of its own kind of array.
  const place = Array.from(path, String);
  if (place.length === 0) return `it ${problem}`;
  const field = place.join(".");
  const required = requiredOf(place);
  if (code === "required") return `${field} is missing${required === null ? "" : `: required is ${required}`}`;
  if (code === "predicate" && expected === "removed") return unknownField(place, field);
  if (code === "pattern") return `${field} is ${JSON.stringify(data)}; required is ${required ?? expected}`;
  // Of a choice of values the words name the field already.
  return problem.startsWith(field) ? problem : `${field} ${problem}`;
}

function requiredOf(place: readonly string[]): string | null {
  const key = keyOf(place);
  const setting = place.at(-2) === "written" ? place.at(-1) : undefined;
  const settings: Partial<Record<string, { means: string }>> = writtenSettings;
  if (setting !== undefined) return settings[setting]?.means ?? null;
  return manifestForms[key] ?? (manifestFields as Readonly<Record<string, string>>)[key] ?? null;
}

/** A field's place in the table of fields, where `*` is any table. */
function keyOf(place: readonly string[]): string {
  return place.map((name, index) => (index === 1 && place[0] === "tables" ? "*" : name)).join(".");
}

function unknownField(place: readonly string[], field: string): string {
  const around = keyOf(place.slice(0, -1));
  const isWritten = place.at(-2) === "written";
  const known = isWritten ? Object.keys(writtenSettings) : fieldsIn(around);
  const meant = suggest(place.at(-1) ?? "", known);
  return `${field} is no field${meant === null ? "" : `; did you mean ${meant}?`}`;
}

function fieldsIn(around: string): string[] {
  const prefix = around === "" ? "" : `${around}.`;
  const inner = Object.keys(manifestFields).filter((name) => name.startsWith(prefix));
  return inner.map((name) => name.slice(prefix.length)).filter((name) => !name.includes("."));
}
