/**
 * A name as it is written in a statement that somebody is told to run: as it is where it is plain, else quoted. A keyword
 * among the plain ones makes such a statement fail, and no other of it.
 */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
