/** Sentences name keys by what they usually are; on the screen stands the one that is in force. */

/** What is put in place of a usual key; nothing where it is taken away. */
export type OwnKeys = Readonly<Record<string, readonly string[]>>;

/** Private to us, and so in no text of others but by their will. */
const [begin, end] = ["\ue000", "\ue001"];

/** A usual key within a sentence. */
export function key(name: string): string {
  return `${begin}${name}${end}`;
}

const marked = new RegExp(`${begin}([^${end}]{1,9})${end}`, "g");

export function namesKey(text: string): boolean {
  return text.includes(begin);
}

export function withKeysInForce(text: string, keys: OwnKeys): string {
  if (!namesKey(text)) return text;
  return text.replace(marked, (_, usual: string) => {
    const own = keys[usual];
    const shown = own === undefined ? usual : (own[0] ?? "no key");
    return shown.replace("ctrl+", "ctrl-");
  });
}
