import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node } from "jsonc-parser";
import { type ArkErrors, requireMet } from "../../core/checks.ts";
import type { Environment } from "../../core/settings.ts";
import { suggest } from "../../core/suggest.ts";
import { colourNames, type OwnColours, themeNames } from "../drawing/theme.ts";
import type { OwnWishes } from "../model/known.ts";
import { numberOf } from "./colour.ts";
import { faultsOfKeys } from "./keys.ts";
import { type OwnFile, ownShape } from "./shape.ts";

type Own = OwnWishes & { colours: OwnColours };
type Path = readonly (string | number)[];

const name = "console.json";

/** The home's own file, or else the user's for all homes. */
function fileOf(home: string, env: Environment): string | null {
  const config = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, ".config"));
  const places = [home, ...(config ? [join(config, "streamflow")] : [])].map((folder) => join(folder, name));
  return places.find((place) => existsSync(place)) ?? null;
}

/** What the user wishes in place of the usual keys and colours; of a file with a fault nothing, and what the fault is. */
export function readOwn(home: string, env: Environment): Own {
  const file = fileOf(home, env);
  if (file === null) return { file: "", keys: {}, colours: {}, faults: [] };
  try {
    return { file, ...ownOf(file, readFileSync(file, "utf8")) };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { file, keys: {}, colours: {}, faults: [`${file} cannot be read: ${why}`] };
  }
}

/** As text says it; faults are named by file and line. */
export function ownOf(file: string, text: string): Omit<Own, "file"> {
  const { parseTree, getNodeValue, findNodeAtLocation, printParseErrorCode }: typeof import("jsonc-parser") =
    require("jsonc-parser");
  const refused = (faults: readonly { offset: number; words: string }[]) => ({
    keys: {},
    colours: {},
    faults: faults.map(({ offset, words }) => `${file}:${lineAt(text, offset)}: ${words}`),
  });
  const errors: { error: number; offset: number; length: number }[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [broken] = errors;
  if (broken !== undefined) {
    return refused([{ offset: broken.offset, words: `no JSON: ${spaced(printParseErrorCode(broken.error))}` }]);
  }
  const offsetOf = (path: Path) => nearest(tree, path, findNodeAtLocation)?.offset ?? 0;
  const twice = tree === undefined ? [] : repeated(tree);
  if (twice.length > 0) return refused(twice);
  const data: unknown = tree === undefined ? {} : getNodeValue(tree);
  const wrong = faultsOfShape(data);
  if (wrong.length > 0) return refused(wrong.map(({ path, words }) => ({ offset: offsetOf(path), words })));
  const { keys: wished = {}, colours = {} } = data as OwnFile;
  const keys = Object.fromEntries(Object.entries(wished).map(([usual, own]) => [usual, [own].flat()]));
  const faults = faultsOfKeys(keys);
  if (faults.length > 0) {
    return refused(faults.map(({ usual, words }) => ({ offset: offsetOf(["keys", usual]), words })));
  }
  return { keys, colours: coloursOf(colours), faults: [] };
}

function coloursOf(given: NonNullable<OwnFile["colours"]>): OwnColours {
  const numbers = (palette: object) =>
    Object.fromEntries(Object.entries(palette).map(([of, it]) => [of, numberOf(it)]));
  return Object.fromEntries(Object.entries(given).map(([theme, palette]) => [theme, numbers(palette)]));
}

/** A list is an object, too, to who checks the fields of objects. */
function listsIn(data: unknown, path: Path = []): { path: Path; words: string }[] {
  if (Array.isArray(data)) return [{ path, words: `${path.join(".") || "it"} has to be an object` }];
  if (typeof data !== "object" || data === null || path[0] === "keys") return [];
  return Object.entries(data).flatMap(([field, inner]) => listsIn(inner, [...path, field]));
}

function faultsOfShape(data: unknown): { path: Path; words: string }[] {
  let found = listsIn(data);
  if (found.length > 0) return found;
  try {
    requireMet(ownShape, data, (errors) => {
      found = faultsIn(errors);
      return new Error(errors.summary);
    });
  } catch (thrown) {
    if (found.length === 0) throw thrown;
  }
  return found;
}

function faultsIn(errors: ArkErrors): { path: Path; words: string }[] {
  return [...errors].map(({ path, expected, problem }) => {
    const place = Array.from(path, (part) => (typeof part === "number" ? part : String(part)));
    if (place.length === 0) return { path: place, words: `it ${problem}` };
    const field = place.join(".");
    return { path: place, words: expected === "removed" ? unknownField(place, field) : `${field} ${wanted(place)}` };
  });
}

/** What stands there has to be, in words. */
function wanted(place: Path): string {
  if (place[0] === "keys" && place.length > 1) return "has to be a key, such as x, space or ctrl+x, or a list of them";
  if (place[0] === "colours" && place.length > 2) return "has to be a colour: 0 to 255, or one such as #5fd7d7";
  return place[0] === "$schema" ? "has to be a text" : "has to be an object";
}

function unknownField(place: Path, field: string): string {
  const known =
    place[0] !== "colours" || place.length === 1 ? ["keys", "colours"] : place.length === 2 ? themeNames : colourNames;
  const meant = suggest(String(place.at(-1)), [...known]);
  return `${field} is no field${meant === null ? `; there are ${known.join(", ")}` : `; did you mean ${meant}?`}`;
}

/** Where that is, or else what it would be in. */
function nearest(
  tree: Node | undefined,
  path: Path,
  find: (tree: Node, path: Path & (string | number)[]) => Node | undefined,
) {
  for (let length = path.length; tree !== undefined && length > 0; length--) {
    const found = find(tree, path.slice(0, length));
    // The line of a field is that of its name.
    if (found !== undefined) return found.parent?.type === "property" ? found.parent : found;
  }
  return tree;
}

/** Fields that are there twice, of which JSON takes the last without a word. */
function repeated(node: Node): { offset: number; words: string }[] {
  const names = node.type === "object" ? (node.children ?? []).map(({ children }) => String(children?.[0]?.value)) : [];
  const own = names.flatMap((field, index) =>
    names.indexOf(field) === index
      ? []
      : [{ offset: node.children?.[index]?.offset ?? 0, words: `"${field}" is there twice` }],
  );
  return [...own, ...(node.children ?? []).flatMap(repeated)];
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** "PropertyNameExpected" → "property name expected". */
function spaced(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
