/** What is to be undone after the last test of the run, by whoever did it. */
const undoings: (() => Promise<void>)[] = [];

export function atEnd(undo: () => Promise<void>): void {
  undoings.push(undo);
}

let undone: Promise<void> | undefined;

/** Undo everything, last things first; once, whoever asks. */
export function undoAll(): Promise<void> {
  undone ??= (async () => {
    for (const undo of undoings.reverse()) await undo();
  })();
  return undone;
}
