import type { Key } from "ink";

const named = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "esc"],
  ["backspace", "backspace"],
  ["delete", "delete"],
] as const satisfies [keyof Key, string][];

const characters: Record<string, string> = {
  " ": "space",
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x1b": "esc",
};

/** A key that came in one piece with others, which ink then takes for text. */
function nameOf(letter: string): string {
  const code = letter.charCodeAt(0);
  return characters[letter] ?? (code < 0x20 ? `ctrl+${String.fromCharCode(code + 0x60)}` : letter);
}

/** What was pressed, as the bindings name it, or so much text in one piece that it may have been pasted. */
export type Input = { keys: string[] } | { piece: string };

/** A slow line hands over several key presses at once; more than this at once may be pasted without saying so. */
const typedAtOnce = 16;

export function inputOf(input: string, key: Key): Input {
  for (const [flag, name] of named) if (key[flag]) return { keys: [name] };
  if (key.tab) return { keys: [key.shift ? "shift+tab" : "tab"] };
  if (key.ctrl) return { keys: input === "" ? [] : [`ctrl+${input}`] };
  // No key is bound with Alt; this is Escape and a key after it that came in one piece.
  if (key.meta) return { keys: ["esc", ...[...input].map(nameOf)] };
  const letters = [...input];
  const repeated = letters.every((letter) => letter === letters[0]);
  if (letters.length > typedAtOnce && !repeated) return { piece: input };
  return { keys: letters.map(nameOf) };
}
