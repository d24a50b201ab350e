/**
 * What a terminal sends between the keys: its answers, and where the mouse is. It is taken out before the keys are read, which
 * would have it typed.
 */
export type Told = { colour: string } | { button: number; column: number; row: number; isDown: boolean };

/** An answer to OSC 11, and a report of the mouse as mode 1006 has it. */
const report = /\x1b\]11;([^\x07\x1b]{0,64})(?:\x07|\x1b\\)|\x1b\[<(\d{1,5});(\d{1,5});(\d{1,5})([Mm])/g;
/** The beginning of one at the end of what came; an Escape alone is a key. */
const begun = /\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?|\[<[\d;]{0,17})$/;

/** The same standard input, read without what is told between the keys. */
export function keyboardOn(stdin: NodeJS.ReadStream, hear: (told: Told) => void): NodeJS.ReadStream {
  const listen = listener(hear);
  const read = (size?: number) => {
    const piece: unknown = stdin.read(size);
    return piece === null ? null : listen(String(piece));
  };
  return new Proxy(stdin, {
    get(target, name) {
      if (name === "read") return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Takes pieces as they come, and gives back what is left of them: a report may come in two of them. */
export function listener(hear: (told: Told) => void): (piece: string) => string {
  let kept = "";
  return (piece) => {
    const text = kept + piece;
    kept = begun.exec(text)?.[0] ?? "";
    return text
      .slice(0, text.length - kept.length)
      .replace(report, (_, colour?: string, button = "", x = "", y = "", end = "") => {
        const mouse = { button: Number(button), column: Number(x) - 1, row: Number(y) - 1, isDown: end === "M" };
        hear(colour === undefined ? mouse : { colour });
        return "";
      });
  };
}

/** Asks a terminal for the colour of its background. */
export const askBackground = "\x1b]11;?\x1b\\";

/** Whether a colour, as `rgb:ffff/ffff/ffff`, is one that dark letters are read on; null for what is none. */
export function isLight(colour: string): boolean | null {
  const parts = /^rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(colour)?.slice(1);
  if (parts === undefined) return null;
  const [red = 0, green = 0, blue = 0] = parts.map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
}
