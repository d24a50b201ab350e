/**
 * A line of one of a table's files as a single number, which sorts as they are read. Of the first file it is the line
 * itself, so that whoever knows of one file only need not know of this.
 */

/** More lines than any file has: a number holds as many for each of a hundred thousand files. */
const linesOfPart = 2 ** 36;

export function placeOf(part: number, line: number): number {
  return part * linesOfPart + line;
}

export function partAndLine(place: number): { part: number; line: number } {
  const part = Math.floor(place / linesOfPart);
  return { part, line: place - part * linesOfPart };
}
