import { suggest } from "../../core/suggest.ts";
import type { OwnKeys } from "../drawing/keys-in-words.ts";
import { bindings, bindingsOf } from "../screens/bindings.ts";
import { type Context, contextInWords } from "../state/binding.ts";

/** Whether keys that somebody wishes can be what they are to be. */

export const usualKeys: readonly string[] = [...new Set(bindings.flatMap(({ keys }) => keys))];

/** What leads out whatever else is said. */
const fixed = "ctrl+c";

/** Where letters are typed: a letter there is a letter. */
const typing: readonly Context[] = ["filter", "command", "typed", "helpFilter"];
const editing = ["backspace", "delete", "ctrl+u", "ctrl+w", "space"];

interface KeyFault {
  /** The usual key that it is said of. */
  usual: string;
  words: string;
}

/** What is wrong with them, each by the entry that it comes of. */
export function faultsOfKeys(own: OwnKeys): KeyFault[] {
  const unknown = Object.keys(own).filter((usual) => !usualKeys.includes(usual) || usual === fixed);
  if (unknown.length > 0) return unknown.map((usual) => ({ usual, words: whyUnknown(usual) }));
  const contexts = [...new Set(bindings.flatMap(({ on }) => on))];
  const faults = contexts.flatMap((context) => [
    ...conflictsOn(context, own),
    ...untypeableOn(context, own),
    ...lostOn(context, own),
  ]);
  return [...new Map(faults.map((fault) => [`${fault.usual} ${fault.words}`, fault])).values()];
}

function whyUnknown(usual: string): string {
  if (usual === fixed) return `${fixed} leaves, whatever else is wished`;
  const meant = suggest(usual, usualKeys);
  return `no key is called "${usual}"${meant === null ? "; ? lists them" : `; did you mean ${meant}?`}`;
}

/** A key that would mean two things at once. */
function conflictsOn(context: Context, own: OwnKeys): KeyFault[] {
  const inForce = bindingsOf(context, own);
  const usual = bindingsOf(context);
  return usual.flatMap((binding, index) =>
    binding.keys.flatMap((name) =>
      (own[name] ?? []).flatMap((wished): KeyFault[] => {
        const other = inForce.find(({ keys }, at) => at !== index && keys.includes(wished));
        if (other === undefined) return [];
        return [{ usual: name, words: `"${wished}" is taken (${contextInWords(context)}): ${other.help}` }];
      }),
    ),
  );
}

/** What leads out of a question or a line that is typed has to stay. */
function lostOn(context: Context, own: OwnKeys): KeyFault[] {
  if (!typing.includes(context) && context !== "confirm") return [];
  return bindingsOf(context).flatMap(({ keys, help }, index) => {
    const leadsOut = keys.includes("enter") || keys.includes("esc");
    const isLost = leadsOut && bindingsOf(context, own)[index]?.keys.length === 0;
    return isLost
      ? keys.map((usual) => ({ usual, words: `nothing would be left for: ${help} (${contextInWords(context)})` }))
      : [];
  });
}

/** A key that could not be typed any more, or would change what is typed. */
function untypeableOn(context: Context, own: OwnKeys): KeyFault[] {
  if (!typing.includes(context)) return [];
  return bindingsOf(context).flatMap(({ keys }) =>
    keys.flatMap((name) =>
      (own[name] ?? [])
        .filter((wished) => [...wished].length === 1 || editing.includes(wished))
        .map((wished) => ({
          usual: name,
          words: `"${wished}" is for typing (${contextInWords(context)}), where ${name} does something`,
        })),
    ),
  );
}
