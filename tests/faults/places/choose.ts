import { givenPlace } from "./given.ts";
import { homePlace } from "./home.ts";
import { installedMajors, installedPlace, installedPrograms } from "./installed.ts";
import type { Place } from "./place.ts";

type OpenPlace = () => Promise<Place>;

/** The major version that is embedded. */
const embeddedMajor = "18";

interface Choice {
  /** A libpq URL. */
  database?: string | undefined;
  on?: string[] | undefined;
  /** As the gate does: the oldest of those that are installed stands for all. */
  fixed?: boolean | undefined;
}

/** Kinds of servers: the one that is given, those that are named, or all that can be had. */
export async function chosenPlaces({ database, on, fixed }: Choice): Promise<OpenPlace[]> {
  if (database !== undefined) return [() => givenPlace(database)];
  const installed = installedMajors().map(String);
  const usual = fixed ? installed.slice(0, 1) : [embeddedMajor, ...installed.filter((one) => one !== embeddedMajor)];
  return (on ?? ["embedded", ...usual]).map(placeNamed);
}

function placeNamed(name: string): OpenPlace {
  if (name === "embedded") return homePlace;
  const programs = installedPrograms(Number(name));
  if (programs !== null) return () => installedPlace(programs);
  if (name === embeddedMajor) return () => installedPlace(null);
  throw new Error(`There is no PostgreSQL ${name} here: install postgresql-${name}, or name a server with --database.`);
}
