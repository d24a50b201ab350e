import { hidden, hideShapes, passwordsIn } from "./shapes.ts";

/**
 * The one redactor: everything that the console says in words goes through it. Words are titles, hints, notices and the
 * like; what is data, such as a cell or a path, is never altered.
 *
 * It hides what stands where a password does (shapes.ts), and what this process knows to be one. A known one that could be
 * any word is hidden where it stands alone in quotes: to hide it wherever it occurs would spoil words that have nothing to
 * do with it, and tell which of them it is.
 */

/** The spellings of the passwords that this process knows, the longest first. */
const anywhere: string[] = [];
const inQuotes: string[] = [];

/** The text without passwords. */
export function redact(text: string): string {
  let told = text;
  for (const secret of anywhere) told = told.replaceAll(secret, hidden);
  for (const secret of inQuotes) {
    for (const quote of ['"', "'"]) told = told.replaceAll(quote + secret + quote, quote + hidden + quote);
  }
  return hideShapes(told);
}

/** Shorter ones stand in too many places for another reason, and protect nothing. */
const shortest = 4;
const shortestTelling = 6;
const longestWord = 13;

/** Nothing else is written like this: to hide it everywhere spoils no other word. */
function isTelling(secret: string): boolean {
  return secret.length > longestWord || (secret.length >= shortestTelling && !/^[A-Z]?[a-z]+$/.test(secret));
}

/** From now on this is a password, in each of its spellings; unless it is said anyway, such as the user's name. */
export function keepSecret(password: string, ...said: readonly string[]): void {
  if (said.includes(password)) return;
  // Whoever reads a URL with unencoded signs in the password sees parts of it.
  const parts = password.split(/[\s/?#@:&=%]+/).filter(isTelling);
  const spellings = [password, encodeURIComponent(password.toWellFormed()), decoded(password), ...parts];
  for (const spelling of spellings.filter((one) => one.length >= shortest)) {
    const known = isTelling(spelling) ? anywhere : inQuotes;
    if (!known.includes(spelling)) known.push(spelling);
    known.sort((a, b) => b.length - a.length);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Environment = Record<string, string | undefined>;

const passwordVariables = ["PGPASSWORD", "POSTGRES_PASSWORD"];
const keyVariables = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "S3_SECRET_ACCESS_KEY", "S3_SESSION_TOKEN"];
const databaseVariables = /^(?:PG|POSTGRES_|STREAMFLOW_|DATABASE_URL$)/;

/** Know the passwords in the words of a command line, or another place that names a database, and in the environment. */
export function learnSecrets(words: readonly string[], env: Environment): void {
  for (const name of keyVariables) if (env[name]) keepSecret(env[name]);
  const variables = Object.entries(env).filter(([name, value]) => databaseVariables.test(name) && value);
  const values = variables.flatMap(([name, value = ""]) => (passwordVariables.includes(name) ? [] : [value]));
  for (const given of [...words, ...values]) {
    // What is said elsewhere in it, as the user's name, is no secret.
    for (const password of passwordsIn(given)) if (given.split(password).length <= 2) keepSecret(password);
  }
  for (const [name, value = ""] of variables) {
    if (passwordVariables.includes(name)) keepSecret(value, ...values.flatMap((one) => [one, ...one.split(/[:/?@]/)]));
  }
}

/** What is said in words, by the names of its fields; all else is data, and so is everything in a field of the others. */
const wordFields = new Set(["title", "hint", "notice", "detail", "remedy", "database", "server"]);
const dataFields = new Set(["key", "kwargs", "observed", "meta", "profiles"]);

/** The same value, without passwords in what it says in words. */
export function redacted<Value>(value: Value, name = ""): Value {
  if (typeof value === "string") return wordFields.has(name) ? (redact(value) as Value) : value;
  if (typeof value !== "object" || value === null || dataFields.has(name)) return value;
  // What writes itself into JSON, as an exact number does, is data.
  if ("toJSON" in value) return value;
  if (Array.isArray(value)) return value.map((member) => redacted(member, name)) as Value;
  return Object.fromEntries(Object.entries(value).map(([field, member]) => [field, redacted(member, field)])) as Value;
}
