import { watchConnections } from "./connections.ts";
import { madeToFail, passing, points } from "./points.ts";

/** Loaded before all else by processes that a plan is for: the pipeline then passes points at all that may go wrong. */

const fileOf = Bun.file;
const ownFiles = JSON.stringify(`${import.meta.dir}/files.ts`);

if (points !== null && process.argv[1]?.endsWith("/src/pipeline/main.ts")) {
  watchConnections();
  watchFiles();
  watchReplies();
}

/** Each access to a file is a point. */
function watchFiles(): void {
  replaceIn(/\/src\/(pipeline|csv)\/.*\.ts$/, ' from "node:fs/promises"', ` from ${ownFiles}`);
  Object.assign(Bun, {
    file(path: string, ...how: []) {
      const file = fileOf(path, ...how);
      const text = file.text.bind(file);
      Object.defineProperty(file, "text", { value: () => passing(`read ${path}`).then(text) });
      return file;
    },
  });
}

/** Each word to the front end is a point. */
function watchReplies(): void {
  const out = Bun.stdout.writer();
  let failed: string | null = null;
  const writer = {
    write(line: string) {
      const what = `reply ${line.slice(0, 80)}`;
      if (points?.reach(what, ["kill", "throw"]) === "throw") failed = what;
      return out.write(line);
    },
    flush: () => (failed === null ? out.flush() : Promise.reject(madeToFail(failed))),
    end: () => out.end(),
  };
  Object.defineProperty(Bun.stdout, "writer", { value: () => writer });
}

function replaceIn(filter: RegExp, from: string, to: string): void {
  Bun.plugin({
    name: `points at files`,
    setup(build) {
      build.onLoad({ filter }, async ({ path }) => {
        return { contents: (await fileOf(path).text()).replaceAll(from, to), loader: "ts" };
      });
    },
  });
}
