/** Where the pages of a site lie, seen from its folder; from a page in a folder `up` leads there. */
export const indexPath = "index.html";
export const up = "../";

export function monthPath(month: string): string {
  return `months/${fileName(month)}.html`;
}

export function runPath(run: number): string {
  return `runs/run-${run}.html`;
}

export function tablePath(table: string): string {
  return `tables/${fileName(table)}.html`;
}

/**
 * A name as that of a file, on whatever disk and in whatever address: other names have other files, and none leads out of its
 * folder.
 */
export function fileName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80);
  // Disks there are that do not tell large letters from small ones.
  if (plain === name && !/[A-Z]/.test(name)) return name;
  return `${plain}-${new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 8)}`;
}
