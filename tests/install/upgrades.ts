import type { Way } from "./way.ts";

const months = "--data $CHECKOUT/data/seeds";
const installed = 'cp -r "$CHECKOUT" console; (cd console; bun install)';
const start = "DATABASE_URL=$URL bun console/src/main.ts";
const published = /database: [\s\S]*snapshot [\d.]+ s\s*$/;
const psql = 'psql --quiet --set ON_ERROR_STOP=1 "$URL"';

/** A database that another version of the console, or somebody by hand, has used before. */
export const upgrades: readonly Way[] = [
  {
    name: "a database of a newer console",
    script: `${installed}; ${start} --month 0 ${months} --quiet; ${psql} -c "insert into console.migrations (file, console) values ('999_later.sql', '99.0.0')"; ${start} --month 1 ${months}`,
    exit: 3,
    says: /error: This database was last used by version 99\.0\.0 of the console \(999_later\.sql\); this is [\d.]+\.\nremedy: Nothing was changed\. Update the console/,
  },
  {
    name: "a database of an older console, of each step of its schema",
    script: `${installed}; files=(console/db/init/*.sql); last=$((\${#files[@]} - 1)); for at in $(seq 0 $((last - 1))); do
      ${psql} -c 'drop schema if exists console, stage cascade; drop schema public cascade; create schema public; create schema console; create table console.migrations (file text primary key, applied_at timestamptz not null default clock_timestamp())'
      for file in "\${files[@]:0:$((at + 1))}"; do ${psql} -f $file; ${psql} -c "insert into console.migrations (file) values ('$(basename $file)')"; done
      ${start} --month 0 ${months} --quiet; ${start} --month 1 ${months} --quiet; ${start} snapshots --verify --quiet
      echo "step $at went on"
    done`,
    exit: 0,
    says: /step 0 went on\n[\s\S]*step 1\d went on\n/,
    neverSays: /error: |warning: /,
  },
  {
    name: "a file of db/init that was edited after it was applied",
    script: `${installed}; ${start} --month 0 ${months} --quiet; echo 'create table more (id int);' >> console/db/init/001_schema.sql; ${start} --month 1 ${months}`,
    exit: 0,
    says: /warning: \S+001_schema\.sql was edited after it was applied[\s\S]*snapshot [\d.]+ s\s*$/,
    remedy: {
      script: `echo 'create table if not exists more (id int);' > console/db/init/090_more.sql; (cd console; cp $CHECKOUT/db/init/001_schema.sql db/init/); ${start} --month 1 ${months} --force; ${psql} -Atc 'select count(*) from more'`,
      says: /snapshot [\d.]+ s\s*0\s*$/,
    },
  },
  {
    name: "a view where the dataset has a table",
    script: `${installed}; ${psql} -c "create view users as select '1'::text as user_id"; ${start} --month 0 ${months}`,
    exit: 3,
    says: /error: [^\n]*users[^\n]* is a view/,
  },
  {
    name: "a foreign table where the dataset has a table",
    script: `${installed}; ${psql} -c "create foreign data wrapper nobody" -c "create server elsewhere foreign data wrapper nobody" -c "create foreign table users (user_id text not null) server elsewhere"; ${start} --month 0 ${months}`,
    exit: 3,
    says: /error: [^\n]*users[^\n]* is a foreign table/,
  },
  {
    name: "a database that holds the tables already",
    script: `${installed}; for file in console/db/init/00[124]*.sql; do ${psql} -f $file; done; ${start} --month 0 ${months}`,
    exit: 0,
    says: published,
  },
];
