import { ConsoleError } from "../../core/errors.ts";
import { grantsHint } from "../remedies/remedy.ts";
import type { Right, Rights } from "./rights.ts";

/** What a role lacks. */
interface Lacking {
  /** Such as `INSERT, UPDATE on table users, labels; ownership of labels_snapshots`. */
  what: string;
  /** Statements that give it, for the owner or a superuser to run. */
  remedy: string;
}

export function lackingOf({ role, not_taken }: Rights, missing: readonly Right[]): Lacking {
  if (not_taken !== null) {
    return {
      what: `membership of ${not_taken}`,
      remedy: `As the owner, or a superuser: grant ${not_taken} to ${role};`,
    };
  }
  const told = alike(missing).map(({ right: { kind, owner, owner_logs_in }, privileges, names }): Lacking => {
    const on = names.join(", ");
    if (kind !== "owner") {
      const remedy = `grant ${privileges.toLowerCase()} on ${kind} ${on} to ${role};`;
      return { what: `${privileges} on ${kind} ${on}`, remedy };
    }
    // A role that nobody logs in as is there to own: who needs what is its becomes a member of it.
    const remedies = owner_logs_in
      ? names.map((name) => `alter table ${name} owner to ${role};`)
      : [`grant ${owner} to ${role};`];
    return { what: `ownership of ${on}`, remedy: remedies.join(" ") };
  });
  return {
    what: told.map(({ what }) => what).join("; "),
    remedy: `As the owner, or a superuser: ${told.map(({ remedy }) => remedy).join(" ")}`,
  };
}

/** Of everything that lacks the same rights, its name. */
interface Alike {
  right: Right;
  privileges: string;
  names: string[];
}

function alike(missing: readonly Right[]): Alike[] {
  const kindOf = ({ kind, owner }: Right) => (kind === "owner" ? [kind, owner] : [kind]);
  const groups = new Map<string, Alike>();
  for (const rights of Map.groupBy(missing, (right) => JSON.stringify([kindOf(right), right.on])).values()) {
    const [right] = rights;
    if (right === undefined) continue;
    const privileges = rights.map(({ privilege }) => privilege).join(", ");
    const key = JSON.stringify([kindOf(right), privileges]);
    const group = groups.get(key) ?? { right, privileges, names: [] };
    group.names.push(right.on);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** True for a role that may write to none of the tables, and was not meant to: months are not run as that. */
export function isViewer({ reads, not_taken }: Rights): boolean {
  return reads && not_taken === null;
}

/** Why months are not run as this role, which lacks some of what that takes. */
export function refusalOf(rights: Rights): ConsoleError {
  const { role, browsing, running } = rights;
  const { what, remedy } = lackingOf(rights, [...browsing, ...running]);
  const [title, hint] = isViewer(rights)
    ? [`The role ${role} may only read.`, `Nothing was changed. Connect as a role that loads months. ${grantsHint}`]
    : [`The role ${role} lacks ${what}.`, `Nothing was changed. ${remedy}`];
  return new ConsoleError("privilege_missing", title, { hint });
}
