import { metLater } from "../core/errors.ts";
import type { ReportRequest } from "../core/messages/report.ts";
import type { Asked } from "./gather/ask.ts";
import { placeOf } from "./gather/place.ts";

/** Write what is asked for; resolves to the paths of what was written, the page to open first. What was not is told, and why. */
export async function writeReport(
  request: ReportRequest,
  asked: Asked,
  tell: (text: string) => void = () => {},
): Promise<string[]> {
  // The database is reached while the code that draws is loaded.
  const place = metLater(placeOf(asked, request.values));
  // React reads it when it is first loaded: its development build is several times slower.
  process.env.NODE_ENV = "production";
  // Pages take long enough for compiled code to pay.
  Bun.unsafe.setJITPolicy(1);
  const { write } = await import("./write.ts");
  return write(request, asked, place, tell);
}
