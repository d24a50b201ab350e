import type { Way } from "./way.ts";

const published =
  /months: those that come with the console, in \S+\n[\s\S]*database: embedded PostgreSQL [\d.]+ in \.streamflow\n[\s\S]*snapshot [\d.]+ s\s*$/;
const run = "streamflow-console --month 0";

/** The packed console, and the program of one file, each from an empty folder. */
export const packages: readonly Way[] = [
  { name: "a package, npm install", script: `npm install $TARBALL; npx ${run}`, exit: 0, says: published },
  {
    name: "a package, npm install --ignore-scripts",
    script: `npm install --ignore-scripts $TARBALL; npx ${run}`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, npm install -g",
    script: `npm install -g --prefix $HOME $TARBALL; PATH=$HOME/bin:$PATH; ${run}`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, bun add",
    script: `echo {} > package.json; bun add $TARBALL; bunx ${run}`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, bun add -g",
    script: `bun add -g $TARBALL; PATH=$BUN_INSTALL/bin:$PATH; ${run}`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, pnpm add",
    script: `npx --yes pnpm@10 add $TARBALL; ./node_modules/.bin/${run}`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, npx",
    script: `cp $TARBALL console.tgz; npx --yes ./console.tgz --month 0`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, bunx",
    script: `cp $TARBALL console.tgz; bunx --package $PWD/console.tgz ${run}`,
    exit: 0,
    says: published,
  },
  {
    name: "a package, with months and a database of one's own",
    script: `npm install $TARBALL; mkdir -p data; cp -r $CHECKOUT/data/seeds data/; echo "DATABASE_URL=$URL" > .env; npx ${run}`,
    exit: 0,
    says: /^(?![\s\S]*months: )[\s\S]*database: \S+ on \S+ \(PostgreSQL[\s\S]*snapshot [\d.]+ s\s*$/,
  },
  {
    name: "a package holds no tests, and the patched driver",
    script: `tar tzf $TARBALL | tee list | grep -c "^package/tests/" && exit 9; tar xzf $TARBALL; grep -c "Patch 1:" package/node_modules/postgres/src/connection.js`,
    exit: 0,
    says: /^0\n[1-9]/,
  },
  {
    name: "the program of one file, with a server",
    script: `PATH=/usr/bin:/bin; DATABASE_URL=$URL $PROGRAM --month 0 --data $CHECKOUT/data/seeds`,
    exit: 0,
    says: /database: \S+ on \S+ \(PostgreSQL[\s\S]*snapshot [\d.]+ s\s*$/,
  },
  {
    name: "the program of one file, without one",
    script: `$PROGRAM --month 0 --data $CHECKOUT/data/seeds`,
    exit: 3,
    says: /error: The program of one file has no PostgreSQL in it\.\nremedy: Set DATABASE_URL/,
  },
  {
    name: "the program of one file, moved and called otherwise",
    script: `cp $PROGRAM sfc; ./sfc --help`,
    exit: 0,
    says: /Usage: sfc \[options\]/,
  },
];
