import { givenPlace } from "./given.ts";
import { homePlace } from "./home.ts";
import { installedMajors, installedPlace, installedPrograms } from "./installed.ts";
import type { Place } from "./place.ts";

type OpenPlace = () => Promise<Place>;

/** The major version that is embedded. */
const embeddedMajor = "18";

/** Kinds of servers: the one that is named, those that are, or all that can be had. */
export async function chosenPlaces({ database, on }: { database?: string; on?: string[] }): Promise<OpenPlace[]> {
  if (database !== undefined) return [() => givenPlace(database)];
  const names = on ?? [
    "embedded",
    embeddedMajor,
    ...installedMajors()
      .map(String)
      .filter((one) => one !== embeddedMajor),
  ];
  return names.map(placeNamed);
}

function placeNamed(name: string): OpenPlace {
  if (name === "embedded") return () => homePlace({ byUrl: false });
  const programs = installedPrograms(Number(name));
  if (programs !== null) return () => installedPlace(programs);
  if (name === embeddedMajor) return () => homePlace({ byUrl: true });
  throw new Error(`There is no PostgreSQL ${name} here: install postgresql-${name}, or name a server with --database.`);
}
