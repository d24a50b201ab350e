import { fileURLToPath } from "node:url";
import type { Way } from "./way.ts";

const installed = 'cp -r "$CHECKOUT" "$FOLDER/console"; (cd "$FOLDER/console"; bun install)';
const start = 'bun "$FOLDER/console/src/main.ts"';
const elsewhere = /database: embedded PostgreSQL [\d.]+ in \S+\/console\/\.streamflow\n[\s\S]*snapshot [\d.]+ s\s*$/;
const here = /database: embedded PostgreSQL [\d.]+ in \.streamflow\n[\s\S]*snapshot [\d.]+ s\s*$/;
const severalElsewhere =
  /database: embedded PostgreSQL [\d.]+ in \S+\/console\/\.streamflow\n[\s\S]*month_001 {2}2024-02-29 {2}published/;
const byServer = /database: \S+ on \S+ \(PostgreSQL[\s\S]*snapshot [\d.]+ s\s*$/;
/** Opens the terminal UI, waits for its months, and leaves. */
const screen = (line: string) =>
  `bun ${JSON.stringify(fileURLToPath(new URL("screen.ts", import.meta.url)))} ${JSON.stringify(line)}`;

/** An installed console, started from here and there: never another database than the one that is meant. */
export const starts: readonly Way[] = [
  { name: "from another folder", script: `${installed}; ${start} --month 0`, exit: 0, says: elsewhere },
  {
    name: "by cron, with an empty environment",
    script: `${installed}; cd /; env -i HOME=$HOME $(which bun) $FOLDER/console/src/main.ts --pending`,
    exit: 0,
    says: severalElsewhere,
  },
  {
    name: "from another folder, the database in the console's .env",
    script: `${installed}; echo "DATABASE_URL=$URL" > $FOLDER/console/.env; ${start} --month 0`,
    exit: 0,
    says: byServer,
  },
  {
    name: "from a folder with a .env of its own",
    script: `${installed}; echo "DATABASE_URL=postgresql://nobody@127.0.0.1:1/none" > $FOLDER/console/.env; echo "DATABASE_URL=$URL" > .env; ${start} --month 0`,
    exit: 0,
    says: byServer,
  },
  {
    name: "from a folder whose .env names half a database",
    script: `${installed}; echo "DATABASE_URL=$URL" > $FOLDER/console/.env; echo "POSTGRES_USER=ann" > .env; ${start} --month 0`,
    exit: 2,
    says: /error: The database is half named: POSTGRES_USER is set, POSTGRES_HOST is not\./,
  },
  {
    name: "from a folder with months of its own",
    script: `${installed}; mkdir data; cp -r $FOLDER/console/data/seeds data/; ${start} --month 0`,
    exit: 0,
    says: here,
  },
  {
    name: "a variable over a .env",
    script: `${installed}; echo "DATABASE_URL=postgresql://nobody@127.0.0.1:1/none" > .env; DATABASE_URL=$URL ${start} --month 0`,
    exit: 0,
    says: byServer,
  },
  {
    name: "an option over a variable",
    script: `${installed}; DATABASE_URL=postgresql://nobody@127.0.0.1:1/none ${start} --month 0 --database $URL`,
    exit: 0,
    says: byServer,
  },
  {
    name: "with NODE_ENV=production",
    script: `${installed}; cd $FOLDER/console; NODE_ENV=production bun run console --month 0`,
    exit: 0,
    says: here,
  },
  {
    name: "the terminal UI from another folder",
    script: `${installed}; ${screen(`bun ${"$FOLDER"}/console/src/main.ts`)}`,
    exit: 0,
    says: /Months[\s\S]*month_000/,
  },
  {
    name: "the terminal UI from a folder with settings for another JSX, in production",
    script: `${installed}; echo '{"compilerOptions":{"jsx":"react","jsxFactory":"h","jsxImportSource":"preact"}}' > tsconfig.json; echo '{"type":"commonjs"}' > package.json; NODE_ENV=production ${screen(`bun ${"$FOLDER"}/console/src/main.ts`)}`,
    exit: 0,
    says: /Months[\s\S]*month_000/,
  },
  {
    name: "the terminal UI of the program of one file",
    script: `DATABASE_URL=$URL ${screen("$PROGRAM --data $CHECKOUT/data/seeds")}`,
    exit: 0,
    says: /Months[\s\S]*month_000/,
  },
  {
    name: "the tests of the command line, of the program of one file",
    script: `cp -r "$CHECKOUT" console; cd console; bun install; TEST_CONSOLE=$PROGRAM bun run test tests/headless/{database,outcome,run}.test.ts tests/pipeline/customers.test.ts tests/tui/sessions.test.ts 2>&1`,
    exit: 0,
    says: /\s0 fail\s/,
  },
];
