import { again, inLog, type Remedy } from "./remedy.ts";

const then = "then run the command again";

/** What a server has not enough of, what others have in hand, and what is broken. */
export const resourceRemedies = {
  disk_full: {
    state: "53100",
    code: "database_error",
    cause: "the server's disk is full",
    hint: `Nothing was published. Make room on the server's disk (\`df\` there; a replication slot that nobody reads keeps the log), ${then}.`,
  },
  temporary_files: {
    state: "53400",
    says: /temp_file_limit/,
    code: "database_error",
    cause: "the temporary files would be larger than temp_file_limit allows",
    hint: `Nothing was published. \`alter role USER set temp_file_limit = -1\` as a superuser, for the console's role; ${then}.`,
  },
  lock_table_full: {
    state: "53200",
    says: /out of shared memory/,
    code: "database_error",
    cause: "the server has no room for more locks",
    hint: `Nothing was published. Raise max_locks_per_transaction in the server's configuration and restart it, ${then}.`,
  },
  memory_full: {
    state: "53200",
    code: "database_error",
    cause: "the server is out of memory",
    hint: `Nothing was published. Lower work_mem for the console's role, or end what else runs on the server; ${then}.`,
  },
  resources: {
    state: "53",
    code: "database_error",
    cause: "the server has not enough of something that it needs",
    hint: `Nothing was published. Make room there, ${then}. ${inLog}`,
  },
  lock_timeout: {
    state: "55P03",
    code: "database_error",
    cause: "another session holds a lock that was waited for in vain",
    hint:
      "Nothing was published. `select pid, usename, application_name, query from pg_stat_activity order by xact_start` lists first " +
      "whose transaction has lasted longest. Once it is over, run the command again.",
  },
  in_use: {
    state: "55006",
    code: "database_error",
    cause: "something is in use by another session",
    hint: again,
  },
  not_ready: {
    state: "55",
    code: "database_error",
    cause: "a table or the like is not in a state in which this can be done",
    hint: "Nothing was published. Another session may be altering it, or a setting of the server forbids it. Run the command again.",
  },
  deadlock: {
    state: "40P01",
    code: "database_error",
    cause: "another session waited for this one, and this one for it",
    hint: `${again} Where it comes back, another program writes to the same tables: run it at another time.`,
    passes: true,
  },
  in_the_way: {
    state: "40",
    code: "database_error",
    cause: "another session was in the way",
    hint: again,
    passes: true,
  },
  limit: {
    state: "54",
    code: "database_error",
    cause: "something is larger than PostgreSQL takes",
    hint: "Nothing was published. A text in an index may hold some 2700 bytes, a row some 1600 columns: shorten the one, or drop the index.",
  },
  file_lost: {
    state: "58P01",
    code: "database_error",
    cause: "a file of the server is gone",
    hint: "`doctor --check-data` reads all of them, and says what is lost and how to get the rest out.",
  },
  file_unreadable: {
    state: "58",
    code: "database_error",
    cause: "the server cannot read or write one of its files",
    hint: "See its log and the disk that it is on; `doctor --check-data` reads all of them, and says what is lost.",
  },
  damaged: {
    state: "XX001",
    code: "database_error",
    cause: "a page of the server's files is damaged",
    hint: "`doctor --check-data` reads all of them, and says what is lost and how to get the rest out.",
  },
  index_damaged: {
    state: "XX002",
    code: "database_error",
    cause: "an index is damaged",
    hint: "`reindex database concurrently DATABASE` makes all indexes anew, as the owner; `doctor --check-data` tells whether more is damaged.",
  },
  changed_at_once: {
    state: "XX000",
    says: /concurrently/,
    code: "database_error",
    cause: "another session altered the same thing at the same moment",
    hint: again,
  },
  of_the_server: {
    state: "XX",
    code: "database_error",
    cause: "something went wrong in the server itself, or in an extension",
    hint:
      "Nothing was published. The server's files may be damaged: `doctor --check-data` reads all of them, and says what is lost and " +
      `how to get the rest out. ${inLog}`,
  },
} as const satisfies Record<string, Remedy>;
