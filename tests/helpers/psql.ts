/** What psql, started anew, prints for these statements, a line a row; throws what it complains of. */
export function psql(url: string, text: string): string[] {
  const asked = ["psql", "-qXAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", url];
  const { stdout, stderr, exitCode } = Bun.spawnSync(asked, { stdin: Buffer.from(text) });
  if (exitCode !== 0 || stderr.length > 0) throw new Error(`psql: ${stderr}`);
  return stdout.toString().split("\n").slice(0, -1);
}
