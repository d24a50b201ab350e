import type { settingRemedies } from "../../../src/postgres/remedies/settings.ts";
import { onItsOwn, type Provocation, thrownBy } from "./provoking.ts";

/** How the login of a role that may do nothing ends, with these options of libpq's. */
const beginning =
  (options: string): Provocation =>
  ({ asRole }) => {
    const url = `${asRole}${asRole.includes("?") ? "&" : "?"}options=${encodeURIComponent(options)}`;
    return onItsOwn(url, (sql) => thrownBy(sql`select 1`));
  };

export const settingProvocations: Record<keyof typeof settingRemedies, Provocation> = {
  setting_unknown: beginning("-c nosuch=1"),
  setting_unsound: beginning("-c work_mem=much"),
  setting_garbled: beginning("-c work_mem"),
  setting_of_a_start: beginning("-c shared_buffers=1MB"),
  setting_denied: beginning("-c log_statement=all"),
  setting_of_a_library: async (ground) => {
    const { sql, role } = ground;
    await sql`alter role ${sql(role)} set session_preload_libraries = 'nosuch'`;
    return beginning("")(ground).finally(() => sql`alter role ${sql(role)} reset session_preload_libraries`);
  },
};
