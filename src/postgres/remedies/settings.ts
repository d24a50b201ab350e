import type { Remedy } from "./remedy.ts";

/** A server names the setting; what it is to be set to, it may show. */
const setting = {
  atLogin: true,
  code: "database_unreachable",
  hint: "Correct options in the database URL, or PGOPTIONS. `\\drds` in psql, as another role, lists what is set for roles and databases.",
} as const;

/** What a session was to begin with, by its URL, the environment, its role or its database, and cannot. */
export const settingRemedies = {
  setting_unknown: { ...setting, state: "42704", cause: "there is no such setting for a session to begin with" },
  setting_unsound: { ...setting, state: "22023", cause: "a setting that the session was to begin with cannot be so" },
  setting_garbled: { ...setting, state: "42601", cause: "the options that the session was to begin with are none" },
  setting_of_a_start: {
    ...setting,
    state: "55P02",
    cause: "the session was to begin with a setting that only a start of the server can change",
  },
  setting_denied: {
    ...setting,
    state: "42501",
    says: /^permission denied to set /,
    cause: "the session was to begin with a setting that its role may not change",
  },
  setting_of_a_library: {
    ...setting,
    state: "58P01",
    says: /^could not access file /,
    cause: "the session was to begin with a library that the server has not",
  },
} as const satisfies Record<string, Remedy>;
