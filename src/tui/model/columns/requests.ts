import type { TableProfile } from "../../../core/messages/profiles.ts";
import type { RequestOf } from "../../../core/messages/requests.ts";

/** Which profiles the screens of columns are made of. */

type Asked = RequestOf<"profile">;
type Known = Readonly<Record<string, readonly TableProfile[]>>;

const everything: Asked = { kind: "profile", as_of: null, run: null, table: null, column: null };

/** All columns under a date, and under the one before it where there is one. */
export function columnsRequests(
  { as_of, table }: { as_of: string; table: string | null },
  dates: readonly string[],
): Asked[] {
  const before = dates
    .filter((date) => date < as_of)
    .sort()
    .at(-1);
  return [as_of, ...(before === undefined ? [] : [before])].map((date) => ({ ...everything, as_of: date, table }));
}

/** One column under all dates, and in a run that may have published nothing. */
export function columnRequests({
  table,
  column,
  at: { run },
}: {
  table: string;
  column: string;
  at: { run: number | null };
}): Asked[] {
  const dates = { ...everything, table, column };
  return run === null ? [dates] : [dates, { ...dates, run }];
}

export function profilesOf(known: Known, request: Asked | undefined): readonly TableProfile[] | undefined {
  return request === undefined ? [] : known[JSON.stringify(request)];
}

/** Answers that are kept: more than a screen is made of, and so few that hundreds of months do not add up. */
const mostKept = 6;

export function withProfiles(known: Known, request: Asked, profiles: readonly TableProfile[]): Known {
  const name = JSON.stringify(request);
  const others = Object.entries(known).filter(([other]) => other !== name);
  return Object.fromEntries([...others.slice(1 - mostKept), [name, profiles]]);
}
