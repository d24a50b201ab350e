import { access, constants } from "node:fs/promises";
import { toConsoleError } from "../../core/errors.ts";
import { type Check, check } from "../../core/messages/listings.ts";
import { isInBucket } from "../../core/settings.ts";
import { isThere } from "../../csv/drop/months.ts";

/** Whether the drops can be looked at, wherever they lie. */
export async function checkData(data: string): Promise<Check> {
  if (isInBucket(data)) return checkBucket(data);
  try {
    await access(data, constants.R_OK | constants.X_OK);
    return check("ok", "data", data);
  } catch {
    const remedy = "Point --data or STREAMFLOW_DATA at the folder that holds month_000 and so on.";
    return check("fail", "data", `${data} cannot be read.`, remedy);
  }
}

async function checkBucket(data: string): Promise<Check> {
  const remedy = "Point --data or STREAMFLOW_DATA at the prefix that month_000/ and so on are below.";
  try {
    return (await isThere(data))
      ? check("ok", "data", data)
      : check("fail", "data", `Nothing lies below ${data}.`, remedy);
  } catch (thrown) {
    const { title, hint } = toConsoleError(thrown);
    return check("fail", "data", title, hint);
  }
}
