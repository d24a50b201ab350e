import { Databases } from "./databases.ts";
import { type Place, urlFor } from "./place.ts";
import { versionAt } from "./version.ts";

/** A server that somebody else runs, as a role that may create databases. */
export async function givenPlace(url: string): Promise<Place> {
  const { full, major } = await versionAt(url);
  const prefix = `faults_${process.pid}_${Bun.randomUUIDv7().slice(-8)}`;
  const password = new URL(url.replace("@/", "@local/")).password;
  const databases = new Databases({
    adminUrl: url,
    prefix,
    leasedName: (count) => `${prefix}_${count}`,
    // A server that asks for none is led astray by none.
    wordsFor: (to) => ["--database", password === "" ? urlFor(to, null) : to],
  });
  return {
    name: `PostgreSQL ${full}`,
    kind: "given",
    major,
    asksForPassword: password !== "",
    control: null,
    lease: (content) => databases.lease(content),
    close: () => databases.close(),
  };
}
