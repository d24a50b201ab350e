/** How passwords are written where a database is named: in a URL, in one without its scheme, as a parameter. Pure. */

/** What stands in the place of a password. */
export const hidden = "***";

/** A host's port and its end: what follows a colon of a URL and is no password. */
const port = /\d{1,5}(?:[.,;)]?(?:\s|$)|[/?#"'`])/.source;
/** Hidden already, or the word for it in a hint of ours. */
const done = /PASSWORD@|\*{3}/.source;

/** Where a password certainly stands, each with what comes before it as its first group. Bounded, so that no text takes long. */
const certain: readonly RegExp[] = [
  // scheme://user:password@, up to the last @: a password may hold any sign that should have been percent-encoded.
  new RegExp(
    `((?<=\\w):/{1,3}[^\\s:/?#@"'\`]{0,200}:)(?!${done})` +
      `(?:(?!${port})(?:(?!\\w:/{1,3}\\S)[^\\n]){1,1000}|\\S{1,1000})(?=@)`,
    "g",
  ),
  // The same, cut short.
  new RegExp(`((?<=\\w):/{1,3}[^\\s:/?#@"'\`[]{0,200}:)(?!${done}|${port})[^\\s"'\`]+`, "g"),
  // password=…, of a URL's query, a conninfo string, JSON
  new RegExp(
    `((?:pass(?:word|wd|phrase)?|pwd)["']?\\s{0,9}(?:=|%3d|:\\s{0,9}(?=["']))\\s{0,9})(?!${done})` +
      `('(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"|[^\\s&"\`]+)`,
    "gi",
  ),
];

/** user:password@host, which may be something else, such as an address of mail behind its scheme. */
const likely = new RegExp(`((?<![\\w.%+-])[\\w.%+-]{1,200}:)(?!/|${done})[^\\s"'\`]{1,1000}(?=@[\\w[(])`, "g");

const hide = (text: string, shape: RegExp) => text.replace(shape, `$1${hidden}`);

/** The text without what stands where a password does, whatever it is. */
export function hideShapes(text: string): string {
  if (!/[:=]|%3d/i.test(text)) return text;
  return [...certain, likely].reduce(hide, text);
}

/** True for a word that names a database as libpq is told of one, or that has a password as such names do. */
export function isDatabaseUrl(word: string): boolean {
  return readings(word).some((read) => /postgres(?:ql)?:\/|^(?:--[\w-]+=)?postgres(?:ql)?(?::|\/\/)/i.test(read));
}

/** True for a word with a login in a URL, or with the parameter that a password is given by. */
export function holdsPassword(word: string): boolean {
  return readings(word).some((read) => certain.reduce(hide, read) !== read);
}

/** The word as it stands, and what it stands for where it is percent-encoded. */
function readings(word: string): string[] {
  try {
    return [...new Set([word, decodeURIComponent(word)])];
  } catch {
    return [word];
  }
}

/** A URL's scheme and user's name, or a user's name alone; the second, of which more must be certain, of a login that has no end. */
const loginBegins = /(?::\/{1,3}|\/\/)[^:@[]*:|^[^:@/]*:(?!\/)/;
const openLoginBegins = new RegExp(`(?::/{1,3}|//)[^:@/[]*:(?!${port}|$)`);

/** What follows the user's name: up to the last @, or to the end where a login is only begun. */
function loginPassword(word: string): string {
  const end = word.lastIndexOf("@");
  const begins = (end < 0 ? openLoginBegins : loginBegins).exec(word);
  return begins === null ? "" : word.slice(begins.index + begins[0].length, end < 0 ? undefined : end);
}

/** True for what begins a URL's login and does not end it: an unquoted blank in a password ends the word. */
export function isLoginBegun(word: string): boolean {
  return !word.includes("@") && openLoginBegins.test(word);
}

const parameter = /(?:pass(?:word|wd|phrase)?|pwd)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)/gi;

/**
 * The passwords in what was given as a whole, such as a word of the command line: here any sign is taken for a part of one
 * that may be.
 */
export function passwordsIn(word: string): string[] {
  return readings(word).flatMap((read) => {
    const parameters = [...read.matchAll(parameter)].map(([, value = ""]) => value.replace(/^'|'$/g, ""));
    return [loginPassword(read), ...parameters].filter((password) => password !== "");
  });
}
