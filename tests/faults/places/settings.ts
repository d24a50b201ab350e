import type { Setting } from "../../../src/postgres/embedded/settings.ts";
import { fastSettings } from "../../helpers/fast-settings.ts";

/** Fast, but for what a crash of the server alone must not take along: what was committed. */
export const settings: readonly Setting[] = fastSettings.filter(([name]) => name !== "synchronous_commit");
