import { urlFor } from "../places/place.ts";
import type { Trial } from "../trial.ts";
import type { Fault } from "./fault.ts";

/** How a URL can miss its database, and what is said of it. */
interface Miss {
  name: string;
  url(trial: Trial): string;
  exit: number;
  says: RegExp;
  unless?: Fault["unless"];
}

const there = (trial: Trial, change: (url: URL) => void) => {
  const url = new URL(urlFor(trial.lease.url, null).replace("@/", "@local/"));
  change(url);
  return url.href.replace("@local/", "@/");
};

const misses: readonly Miss[] = [
  {
    name: "a wrong password",
    url: (trial) => urlFor(trial.lease.url, null, "wrong"),
    exit: 3,
    says: /refuses the password/,
    unless: ({ asksForPassword }) => (asksForPassword ? null : "that server asks for none"),
  },
  {
    name: "an unknown host",
    url: () => urlFor("postgresql://me@no-such-host.invalid/db", null),
    exit: 3,
    says: /host name is unknown|name service/,
  },
  {
    name: "a port where nothing listens",
    url: () => urlFor("postgresql://me@127.0.0.1:1/db", null),
    exit: 3,
    says: /nothing listens there/,
  },
  {
    name: "an unknown database",
    url: (trial) =>
      there(trial, (url) => {
        url.pathname = "/no_such_database";
      }),
    exit: 3,
    says: /no such database/,
  },
  {
    name: "an unknown role",
    url: (trial) => urlFor(trial.lease.url, "no_such_role"),
    exit: 3,
    says: /no_such_role/,
  },
  {
    name: "a socket that is not there",
    url: () => urlFor("postgresql://me@/db?host=/no/such/folder", null),
    exit: 3,
    says: /no such socket/,
  },
  { name: "a URL that is none", url: () => urlFor("mysql://me@localhost/db", null), exit: 2, says: /remedy: / },
];

/** URLs that lead nowhere; each holds a password that must not be told. */
export const addresses: readonly Fault[] = misses.map(({ name, url, exit, says, unless }) => ({
  name,
  on: ["own", "given"],
  provoke: (trial) => trial.start([...trial.scenario.words, "--database", url(trial)]).outcome,
  expected: { exit, says },
  ...(unless && { unless }),
  isFixed: true,
}));
