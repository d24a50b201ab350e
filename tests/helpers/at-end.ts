/** What is to be undone after the last test of the run, by whoever did it. */
const undoings: (() => Promise<void>)[] = [];

export function atEnd(undo: () => Promise<void>): void {
  undoings.push(undo);
}

export async function undoAll(): Promise<void> {
  for (const undo of undoings.splice(0).reverse()) await undo();
}
