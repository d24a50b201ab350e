/** Colours of xterm's 256 beyond the first 16, which are whatever the terminal's user chose. */

/** Levels of each of red, green and blue in the cube of 216 colours, which begins at 16. */
export const levels = [0, 95, 135, 175, 215, 255];
/** And 24 greys behind it. */
export const greys = Array.from({ length: 24 }, (_, index) => 8 + 10 * index);

const [black, white] = [16, 231];

/** That ink where it can be read on the ground, by so much of a contrast; without one, or where it cannot, black or white. */
export function readableOn(ground: number, ink: number | null, least: number): number | null {
  if (ground < black || (ink !== null && (ink < black || contrast(ink, ground) >= least))) return ink;
  return contrast(black, ground) > contrast(white, ground) ? black : white;
}

/** As WCAG 2 defines it: 1 for the same, 21 for black on white. */
function contrast(one: number, other: number): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: number): number {
  const [red = 0, green = 0, blue = 0] = partsOf(colour).map((part) =>
    part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function partsOf(colour: number): number[] {
  if (colour >= 232) return Array<number>(3).fill(greys[colour - 232] ?? 0);
  return [36, 6, 1].map((step) => levels[Math.floor((colour - 16) / step) % 6] ?? 0);
}
