import { usageError } from "../core/errors.ts";
import type { ReportRequest, ReportSubject } from "../core/messages/report.ts";
import { type RequestOf, type RunRequest, resultFormats, type Selection } from "../core/messages/requests.ts";
import { waitUnits } from "../core/messages/run-command.ts";
import { isDate, requireMonthWord } from "../core/month.ts";
import type { Values } from "./flags.ts";

const howToSelect = "Name one or more with --month, or take them all with --all, or those to do with --pending.";

/** The run that the flags ask for. Throws a usage error for flags that contradict each other. */
export function runRequest(values: Values): RunRequest {
  return {
    kind: "run",
    selection: selectionOf(values),
    as_of: ownStampOf(values),
    dry_run: values.dryRun ?? false,
    restamp: values.restamp ?? false,
    backfill: values.backfill ?? false,
    force: values.force ?? false,
    ...waitIn(values),
    ...(values.metrics !== undefined && { metrics: values.metrics }),
  };
}

/** The months that the flags name, exactly one of the three ways. */
export function selectionOf({ month, all, pending }: Values): Selection {
  const ways = [month && "--month", all && "--all", pending && "--pending"].filter(Boolean);
  if (ways.length === 0) throw usageError("No month is named.", howToSelect);
  if (ways.length > 1) throw usageError(`${ways.join(" and ")} do not go together.`, howToSelect);
  if (month === undefined) return { every: all ? "all" : "pending" };
  // What the words mean depends on the manifest, which the pipeline reads; a slip of the pen is told at once.
  for (const word of month) for (const end of word.split("..")) requireMonthWord(end || word, "ranges");
  return { months: month };
}

function waitIn({ wait, pending }: Values): { wait?: number } {
  if (wait === undefined) return {};
  if (!pending) throw usageError("--wait goes with --pending.", "A month that is named is there, or it is not.");
  const [, amount = "", unit = ""] = /^([1-9]\d{0,5})(s|m|h|d)$/.exec(wait) ?? [];
  const [, each] = Object.entries(waitUnits).find(([name]) => name === unit) ?? ["", 0];
  const seconds = Number(amount) * each;
  if (seconds > 0) return { wait: seconds };
  throw usageError(`"${wait}" is no duration.`, "Write a number and s, m, h or d: --wait 2h.");
}

function ownStampOf({ asOf, month = [] }: Values): string | null {
  if (asOf === undefined) return null;
  const date = dateIn(asOf, "Write --as-of as YYYY-MM-DD, a day that exists: --as-of 2024-01-31.");
  if (month.length !== 1 || month[0]?.includes("..")) {
    throw usageError("--as-of stamps exactly one month.", "Name one with --month; run several one by one.");
  }
  return date;
}

/** What the flags ask of the snapshots beyond a list, one thing at a time. */
export function snapshotsRequest(values: Values): RequestOf<"snapshots" | "verify" | "profiling" | "retire"> {
  const { verify, profile, drop } = values;
  const named = [verify && "--verify", profile && "--profile", drop && "--drop"].filter(Boolean);
  if (named.length > 1) throw usageError(`${named.join(" and ")} do not go together.`, oneByOne);
  if (verify) return { kind: "verify", as_of: null };
  if (profile) return { kind: "profiling" };
  if (drop === undefined) return { kind: "snapshots" };
  const as_of = dateIn(drop);
  confirm(values, `The snapshots of ${as_of} would be gone for good.`);
  return { kind: "retire", as_of };
}

const oneByOne = "Ask for one, then for the other.";

/** What the flags ask of the doctor beyond a look, one thing at a time. */
export function doctorRequest(values: Values): RequestOf<"doctor" | "partition" | "distribute" | "grants"> {
  const { checkData, notify, partitionSnapshots, distribute, grants } = values;
  const asked = {
    "--check-data": checkData,
    "--notify": notify,
    "--partition-snapshots": partitionSnapshots,
    "--distribute": distribute,
    "--grants": grants,
  };
  const named = Object.entries(asked).flatMap(([name, isAsked]) => (isAsked ? [name] : []));
  if (named.length > 1) throw usageError(`${named.join(" and ")} do not go together.`, oneByOne);
  const shards = shardsIn(values);
  if (grants) return { kind: "grants" };
  if (distribute) return { kind: "distribute", shards, confirmed: values.yes ?? false };
  if (!partitionSnapshots) return { kind: "doctor", check_data: checkData ?? false, notify: notify ?? false };
  confirm(values, "Every snapshot table without partitions would be built anew, with one for each as_of.");
  return { kind: "partition" };
}

function shardsIn({ shards, distribute }: Values): number | null {
  if (shards === undefined) return null;
  if (!distribute) throw usageError("--shards goes with --distribute alone.", "Write doctor --distribute --shards 32.");
  if (/^[1-9]\d{0,4}$/.test(shards)) return Number(shards);
  throw usageError(`"${shards}" is no number of shards.`, "Write a whole number, such as --shards 32.");
}

/** The training set that the flags ask for, or the Feast repository. */
export function exportRequest({ asOf, labelsFrom, out, feast, yes }: Values): RequestOf<"export" | "feast"> {
  if (feast !== undefined) {
    const idle = [asOf && "--as-of", labelsFrom && "--labels-from", out && "--out"].filter(Boolean);
    if (idle.length === 0) return { kind: "feast", folder: feast, overwrite: yes ?? false };
    throw usageError(
      `--feast and ${idle.join(" and ")} do not go together.`,
      "A Feast repository is of every date: leave them out, or leave --feast out for a file of one date.",
    );
  }
  if (yes) throw usageError("--yes goes with --feast alone.", "Leave it out: a file that --out names is replaced.");
  const missing = [asOf === undefined && "--as-of DATE", out === undefined && "--out FILE"].filter(Boolean);
  if (missing.length > 0) {
    throw usageError(
      `A training set needs ${missing.join(" and ")}.`,
      "Write export --as-of 2024-01-31 --out january.parquet, or export --feast DIR for a Feast repository.",
    );
  }
  return {
    kind: "export",
    as_of: dateIn(asOf),
    labels_from: labelsFrom === undefined ? null : dateIn(labelsFrom),
    out: out ?? "",
  };
}

/** The validation that the flags ask for. */
export function validateRequest({ suite, table, parameter, resultFormat, json, yes }: Values): RequestOf<"validate"> {
  if (suite === undefined) {
    throw usageError("No suite is named.", "Name one with --suite, or have one written from the table with --init.");
  }
  if (yes)
    throw usageError(
      "--yes goes with --init alone.",
      "Leave it out: a suite is held against a table, and nothing is changed.",
    );
  return {
    kind: "validate",
    suite_path: suite,
    table: table ?? "",
    // Great Expectations tells of what cannot be evaluated in its result; a person is told before anything runs.
    tolerant: json === true,
    parameters: Object.fromEntries((parameter ?? []).map(splitParameter)),
    result_format: resultFormats.find((format) => format === resultFormat) ?? "SUMMARY",
  };
}

/** The dataset that is to be written: of the drop in this folder, or a copy of the shipped one. */
export function initRequest(folder: string | undefined, { to, yes }: Values): RequestOf<"init"> {
  return { kind: "init", folder: folder ?? null, to: to ?? null, overwrite: yes ?? false };
}

/** The suite that the flags ask to be written. */
export function proposeRequest({ suite, table, parameter, resultFormat, yes }: Values): RequestOf<"propose"> {
  const idle = [parameter && "--parameter", resultFormat && "--result-format"].filter(Boolean);
  if (idle.length > 0) {
    throw usageError(
      `--init and ${idle.join(" and ")} do not go together.`,
      "Write the suite first, then validate by it.",
    );
  }
  return { kind: "propose", table: table ?? "", suite_path: suite ?? null, overwrite: yes ?? false };
}

function splitParameter(word: string): [name: string, value: string] {
  const at = word.indexOf("=");
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  throw usageError(`"${word}" gives no parameter a value.`, "Write --parameter name=value.");
}

/** The word, if it is a day that exists; `hint` says how to write one. */
export function dateIn(word = "", hint = "Write it as YYYY-MM-DD; `snapshots` lists what there is."): string {
  if (isDate(word)) return word;
  throw usageError(`"${word}" is not a date.`, hint);
}

export function runNumberIn(word = ""): number {
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw usageError(`"${word}" is not the number of a run.`, "`runs` lists the runs with their numbers: show 2.");
}

/** Go on only when the user has said that this is meant: `would` tells what would be done. */
function confirm({ yes }: Values, would: string): void {
  if (!yes) throw usageError(would, "Add --yes if that is what you want.");
}

/** The report that the flags ask for. */
export function reportRequest(values: Values): ReportRequest {
  const { out, junit, gx } = values;
  const subject = reportSubject(values);
  const places = [out, junit, gx].filter((place) => place !== undefined);
  if (places.length === 0) {
    const hint = subject === "all" ? "Name a folder: report --all --out site." : "Name a file: report --out run.html.";
    throw usageError("Nothing says where to write it.", hint);
  }
  if (subject === "all" && (out === undefined || places.length > 1)) {
    throw usageError(
      "A site is written with --out alone.",
      "Write report --all --out DIR; --junit and --gx are of one run.",
    );
  }
  return {
    kind: "report",
    subject,
    out: out ?? null,
    junit: junit ?? null,
    gx: gx ?? null,
    values: values.values === false ? false : null,
  };
}

function reportSubject({ run, month, all }: Values): ReportSubject {
  const ways = [run && "--run", month && "--month", all && "--all"].filter(Boolean);
  if (ways.length > 1)
    throw usageError(`${ways.join(" and ")} do not go together.`, "A report is of one run, or of all.");
  if (all) return "all";
  const word = month?.toString();
  if (word !== undefined) {
    requireMonthWord(word, "one month");
    return { month: word };
  }
  return { run: run === undefined ? null : runNumberIn(run) };
}
