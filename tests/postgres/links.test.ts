import { afterAll, expect, test } from "bun:test";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeLinks } from "../../src/postgres/embedded/system/links.ts";

const scratch = mkdtempSync(join(tmpdir(), "streamflow-links-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A package of two libraries and the links to them, of which an installer made none. */
function packaged(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(join(folder, "native/lib"), { recursive: true });
  for (const library of ["libpq.so.5.18", "libicuuc.so.60.2"]) writeFileSync(join(folder, "native/lib", library), "");
  const links = [
    { source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" },
    { source: "native/lib/libicuuc.so.60.2", target: "native/lib/libicuuc.so.60" },
  ];
  writeFileSync(join(folder, "native/pg-symlinks.json"), JSON.stringify(links));
  return folder;
}

test("links that no installer made are made, and hold when the folder is moved", () => {
  const folder = packaged("moved");
  makeLinks(folder);
  makeLinks(folder);
  const elsewhere = join(scratch, "elsewhere");
  renameSync(folder, elsewhere);
  expect(readlinkSync(join(elsewhere, "native/lib/libpq.so.5"))).toBe("libpq.so.5.18");
  expect(lstatSync(join(elsewhere, "native/lib/libicuuc.so.60")).isSymbolicLink()).toBe(true);
});

test("a link that is there stays as it is", () => {
  const folder = packaged("there");
  const own = join(folder, "native/lib/libpq.so.5");
  symlinkSync("another", own);
  makeLinks(folder);
  expect(readlinkSync(own)).toBe("another");
});

test("a package that lists none needs none", () => {
  const folder = packaged("none");
  rmSync(join(folder, "native/pg-symlinks.json"));
  expect(() => makeLinks(folder)).not.toThrow();
});

test("one that cannot be made is told, with what helps", () => {
  const folder = packaged("gone");
  rmSync(join(folder, "native/lib"), { recursive: true });
  expect(() => makeLinks(folder)).toThrow(
    expect.objectContaining({ code: "installation", hint: expect.stringContaining("bun install --force") }),
  );
});
