/** Every database of a test run begins with the run's name, so that it can remove them all. */
export function databaseName(run: string, ...parts: (string | number)[]): string {
  return ["test", run, ...parts].join("_");
}

/** The same server, another database. */
export function databaseUrl(url: string, name: string): string {
  return url.replace(/^(\w+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`);
}
