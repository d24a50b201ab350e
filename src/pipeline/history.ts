import type { ObservedSeries } from "../core/listings.ts";
import type { Replies } from "../core/requests.ts";
import { observations } from "../postgres/history.ts";
import type { Session } from "./session.ts";

/** What each of a run's expectations observed in the publications before it, for the sparklines. */
export async function browseHistory({ sql, dataset }: Session, run: number): Promise<Replies["history"]> {
  const series = new Map<number, ObservedSeries>();
  for (const { position, ...point } of await observations(sql, dataset.name, run)) {
    const one = series.get(position) ?? { position, points: [] };
    one.points.push(point);
    series.set(position, one);
  }
  return { series: [...series.values()] };
}
