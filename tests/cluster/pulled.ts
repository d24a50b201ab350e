import type { Pulled } from "./plans.ts";

/** What may come to the coordinator as it is, of which statements, and why: the file says the same where it is written. */
interface Reason extends Record<keyof Pulled, RegExp> {
  file: string;
  why: string;
}

export const reasons: Reason[] = [
  {
    statement: /^select to_json\(array\[json_build_object\('rows', count\(\*\), 'values'/,
    what: /^groups by /,
    file: "src/postgres/profiles/probe.ts",
    why: "Of several servers each sends those of its sample",
  },
  {
    statement: /^with "(?:counted0|v0_0)" as materialized/,
    what: /^groups by /,
    file: "src/postgres/profiles/counted.ts",
    why: "of which each sends what combinations it has",
  },
  {
    statement: /"as_of"::text as as_of/,
    what: /^groups by (?:\w+\.)?as_of$/,
    file: "src/postgres/snapshots/unsealed.ts",
    why: "a row for each date that stands",
  },
  {
    statement: /key_group/,
    what: /^groups by \(*(?:\w+\.)?key_hash & '255'/,
    file: "src/postgres/snapshots/fingerprint.ts",
    why: "So many rows come from each part of a table",
  },
  {
    statement: /array_agg\(.* as different,.* as missing/,
    what: /^rows$/,
    file: "src/postgres/live/merge.ts",
    why: "keys of rows that are not as they were staged, of which there are none unless others wrote to them",
  },
  {
    statement: /^create temporary table console_rings/,
    what: /^rows$/,
    file: "src/postgres/rules/rings.ts",
    why: "send the rows that take what another has, which are none unless values go from row to row",
  },
  {
    statement: /having count\(\*\) > 1\) as repeated/,
    what: /^groups by /,
    file: "src/postgres/live/staged-keys.ts",
    why: "keys that are there twice, of which a sound drop has none",
  },
  {
    statement: /\bf_seen\b|\bmedians\b|as materialized \(select "s"/,
    what: /^groups by |^rows$/,
    file: "src/postgres/drift/counted-values.ts",
    why: "Of several servers each sends its values, for none of them knows the rank of one among all",
  },
];
