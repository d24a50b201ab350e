import { readdirSync, readFileSync } from "node:fs";

const samplingMs = 25;

/**
 * Peak memory in bytes of a process and all below it, until `stop`: the sum of their resident sets, so pages that two
 * processes share count twice. Null where there is no /proc.
 */
export function watchMemory(pid: number): { stop(): number | null } {
  let peak = 0;
  const sample = () => {
    peak = Math.max(
      peak,
      familyOf(pid).reduce((sum, member) => sum + residentBytes(member), 0),
    );
  };
  sample();
  const timer = setInterval(sample, samplingMs);
  return {
    stop() {
      clearInterval(timer);
      return peak > 0 ? peak : null;
    },
  };
}

function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

/** A process that ends while we look has no children, and a thread that does has started none. */
export function childrenOf(pid: number): number[] {
  return orNone(() => readdirSync(`/proc/${pid}/task`)).flatMap((thread) =>
    orNone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean)).map(Number),
  );
}

function orNone(look: () => string[]): string[] {
  try {
    return look();
  } catch {
    return [];
  }
}

export function residentBytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
