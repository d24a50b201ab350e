import { formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import { countsInWords } from "../../core/messages/verdicts.ts";
import { lackingInWords } from "../../core/month.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import type { Account, FailedCheck } from "../account.ts";

const signs = { atLeast: "≥", atMost: "≤", ellipsis: "…" };

/** More than these would be a page, not a message. */
const checksShown = 8;
const warningsShown = 5;

/** Slack's own signs, as `&`, `<` and `>` begin links and mentions in its text. */
function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The account as a Slack message: what an incoming webhook takes (`text`, in Slack's mrkdwn). */
export function slackMessage(account: Account): { text: string } {
  const { failure, again } = account;
  const lines = [`*${plain(headline(account))}*`, plain(place(account))];
  if (failure !== null) lines.push(plain(failure.title), plain(failure.hint));
  const checks = account.failed_checks.map((check) => `• ${plain(checkInWords(check))}`);
  lines.push(...capped(checks, checksShown, "check"));
  lines.push(
    ...capped(
      account.warnings.map(({ title }) => `• ${plain(title)}`),
      warningsShown,
      "warning",
    ),
  );
  if (account.lacking.length > 0) lines.push(plain(`Not there: ${lackingInWords(account.lacking)}`));
  if (failure !== null) lines.push(`\`${plain(again)}\``);
  return { text: lines.join("\n") };
}

function headline({ outcome, warned, month, as_of, dataset }: Account): string {
  const verdict = outcome === "published" && warned ? "published, with warnings" : outcome;
  return `${[dataset, month].filter(Boolean).join(" ")}${as_of === null ? "" : ` → ${as_of}`}: ${verdict}`;
}

function place({ run, database, seconds, tables, expectations }: Account): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const checks = countsInWords(expectations);
  return [
    run === null ? "no run" : `run ${run}`,
    database,
    rows > 0 ? formatCounted(rows, "row") : "",
    checks === "" ? "" : `checks: ${checks}`,
    seconds === null ? "" : formatDuration(seconds),
  ]
    .filter(Boolean)
    .join(" · ");
}

function checkInWords({ table, column, type, kwargs, standing, unexpected_count }: FailedCheck): string {
  const words = expectationInWords({ type, kwargs, ...(column !== null && { column }) }, signs);
  const count = unexpected_count === null ? "" : `: ${formatCount(unexpected_count)} unexpected`;
  return `${table}: ${words}${count} (${standing})`;
}

function capped(lines: readonly string[], most: number, one: string): string[] {
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `and ${formatCounted(more, `${one} more`, `${one}s more`)}`] : [...lines];
}
