import { commands } from "../../src/headless/commands.ts";
import { flags } from "../../src/headless/flags.ts";

/** A command line, and what is set for it, with a password somewhere in it. */
export interface Place {
  argv: string[];
  env?: Record<string, string>;
}

/** Where a password may come to stand, by accident or on purpose: each place with a password of its own in it. */
export type Placed = (password: string) => Place;

export const loginUrl = (password: string, rest = "@nowhere.invalid/app") => `postgresql://ann:${password}${rest}`;

/** The flags that take a value, and what else their command cannot do without. */
const valued = Object.values(flags)
  .map(({ syntax }) => syntax)
  .filter((syntax) => syntax.includes(" ") && !syntax.startsWith("--database"))
  .map((syntax) => syntax.split(" ")[0] ?? "");

/** Behind each command and each flag that there is, in both ways to write it. */
const everywhere: Placed[] = [
  ...Object.keys(commands).map(
    (name): Placed =>
      (password) => ({ argv: [name, loginUrl(password)].filter(Boolean) }),
  ),
  ...valued.flatMap((flag): Placed[] => [
    (password) => ({ argv: [flag, loginUrl(password)] }),
    (password) => ({ argv: [`${flag}=${loginUrl(password)}`] }),
  ]),
];

/** What is no URL of ours, or no place for one: refused before anything is started. */
const misplaced: Placed[] = [
  ...["months", "--json", "--quiet", "--all", "--month=0", "--", "help", "--help", "db", "doctor"].map(
    (before): Placed =>
      (password) => ({ argv: [before, loginUrl(password), "--json"] }),
  ),
  (password) => ({ argv: [`--databse=${loginUrl(password)}`, "months"] }),
  (password) => ({ argv: ["months", "--databse", loginUrl(password)] }),
  (password) => ({ argv: ["months", `--DATABASE=${loginUrl(password)}`] }),
  (password) => ({ argv: ["months", "-d", loginUrl(password)] }),
  (password) => ({ argv: [`--json=${loginUrl(password)}`] }),
  (password) => ({ argv: [`--${loginUrl(password)}`] }),
  (password) => ({ argv: [`--month=0..${loginUrl(password)}`] }),
  (password) => ({ argv: ["--month", loginUrl(`${password}..x`)] }),
  (password) => ({ argv: [loginUrl(password, "")] }),
  (password) => ({ argv: [loginUrl(password).toUpperCase().replace(password.toUpperCase(), password)] }),
  (password) => ({ argv: [encodeURIComponent(loginUrl(password))] }),
  (password) => ({ argv: [`jdbc:postgresql://nowhere/app?user=ann&password=${password}`] }),
  (password) => ({ argv: ["show", `mysql://ann:${password}@nowhere/app`] }),
  (password) => ({ argv: ["show", `postgers://ann:${password}@nowhere/app`] }),
  (password) => ({ argv: ["show", `postgres:/ann:${password}@nowhere/app`] }),
  (password) => ({ argv: ["show", `postgres//ann:${password}@nowhere/app`] }),
  (password) => ({ argv: ["show", `postgres:ann:${password}@nowhere/app`] }),
  (password) => ({ argv: ["show", `ann:${password}@nowhere/app`] }),
  (password) => ({ argv: ["show", `host=nowhere user=ann password=${password}`] }),
  (password) => ({ argv: ["show", `host=nowhere password='a ${password}' user=ann`] }),
  (password) => ({ argv: ["show", `PGPASSWORD=${password}`] }),
  (password) => ({ argv: [`--password=${password}`] }),
  (password) => ({ argv: ["show", `sslpassword=${password}`] }),
  (password) => ({ argv: ["show", loginUrl(`a ${password} b`)] }),
  (password) => ({ argv: ["show", loginUrl(`'"${password}"'`)] }),
  (password) => ({ argv: ["show", loginUrl(`1/${password}@x`)] }),
  // The shell takes a blank in it for the end of the word.
  (password) => ({ argv: ["months", "--database", "postgresql://ann:a", `${password}@nowhere/app`] }),
  (password) => ({ argv: ["--month", `Z9-${password}`], env: { PGPASSWORD: `Z9-${password}` } }),
  (password) => ({ argv: ["--month", password], env: { DATABASE_URL: loginUrl(password) } }),
  (password) => ({ argv: ["show", `Z9-${password}`], env: { POSTGRES_PASSWORD: `Z9-${password}` } }),
  (password) => ({ argv: [`Z9/${password}`], env: { DATABASE_URL: loginUrl(encodeURIComponent(`Z9/${password}`)) } }),
  ...["STREAMFLOW_DATA", "STREAMFLOW_HOME", "POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PORT"].map(
    (name): Placed =>
      (password) => ({ argv: ["months"], env: { [name]: loginUrl(password) } }),
  ),
  (password) => ({ argv: ["months"], env: { POSTGRES_PASSWORD: password } }),
];

/** What the pipeline is asked with: an URL that cannot be read, or that leads nowhere. */
const unreadable: Placed[] = [
  ...[
    (password: string) => loginUrl(password, "@nowhere.invalid:port/app"),
    (password: string) => loginUrl(password, "@nowhere.invalid:99999/app"),
    (password: string) => loginUrl(`%zz${password}`),
    (password: string) => loginUrl(`1/${password}`),
    (password: string) => loginUrl(`1/${password}@x`),
    (password: string) => loginUrl(`1?${password}=x`),
    (password: string) => loginUrl(`1?sslmode=${password}`),
    (password: string) => loginUrl(`#${password}`),
    (password: string) => loginUrl(`@${password}`),
    (password: string) => loginUrl(`a b${password}`),
    (password: string) => loginUrl(password, "@nowhere.invalid/app?colour=red"),
    (password: string) => loginUrl("x", `@nowhere.invalid/app?sslpassword=${password}`),
    (password: string) => loginUrl("x", `@nowhere.invalid/app?sslmode=maybe&password=${password}`),
    (password: string) => `mysql://ann:${password}@nowhere.invalid/app`,
    (password: string) => `host=nowhere.invalid user=ann password=${password}`,
    (password: string) => `ann:${password}@nowhere.invalid/app`,
    (password: string) => loginUrl(password, "@a.invalid,b.invalid/app"),
  ].map(
    (written): Placed =>
      (password) => ({ argv: ["months", "--database", written(password)] }),
  ),
  (password) => ({ argv: ["doctor", "--database", loginUrl(password)] }),
  (password) => ({ argv: ["doctor", "--json", "--database", loginUrl(password)] }),
  (password) => ({ argv: ["--month", "0", "--json", "--database", loginUrl(password)] }),
  (password) => ({ argv: ["--month", "0", "--json"], env: { DATABASE_URL: loginUrl(`${password}@`) } }),
  (password) => ({ argv: ["months"], env: { DATABASE_URL: loginUrl(password, "@127.0.0.1:1/app") } }),
  (password) => ({
    argv: ["months"],
    env: { DATABASE_URL: loginUrl("x", `@/app?host=/nowhere&password=${password}`) },
  }),
  (password) => ({
    argv: ["months"],
    env: { POSTGRES_HOST: "127.0.0.1", POSTGRES_PORT: "1", POSTGRES_USER: "ann", POSTGRES_PASSWORD: password },
  }),
  (password) => ({ argv: ["months", "--database", loginUrl("x")], env: { PGSSLMODE: `password=${password}` } }),
  (password) => ({ argv: ["months", "--database", "postgresql:///app"], env: { PGHOST: loginUrl(password) } }),
];

export const refused = [...everywhere, ...misplaced];
export const failing = unreadable;
