import type { Socket } from "node:net";
import { metLater } from "../../core/errors.ts";
import { DialError } from "./dial-error.ts";
import { Line, type Place } from "./line.ts";
import { isLoopback, type Protection } from "./protection.ts";
import type { Tls } from "./tls.ts";
import type { Target } from "./url.ts";

/** What the driver begins a session on. */
export type Wire = Line | Socket;

/**
 * A connection for the driver by TCP, and by TLS as far as that is wanted; `tell` is told what protects it.
 * The driver itself takes no heed of what a server answers when it is asked for TLS, nor can it say what came of it.
 */
export async function dial(target: Target, tls: Tls | null, tell: (protection: Protection) => void): Promise<Wire> {
  const { host: address, port, connectTimeout } = target;
  try {
    const signal = AbortSignal.timeout(connectTimeout * 1000);
    const { wire, protection } = await (tls === null ? reach(target, signal) : reachSecurely(target, tls, signal));
    tell(protection);
    return wire;
  } catch (error) {
    return broken(error, { address, port });
  }
}

/** The same by a unix socket, which needs no protection. */
export async function dialLocally({ host, port }: Target): Promise<Wire> {
  const unix = `${host}/.s.PGSQL.${port}`;
  try {
    return await Line.to({ unix });
  } catch (error) {
    return broken(error, { address: unix });
  }
}

/** The first connection that is dialled, and none in its place: what its session held is gone with it. */
export function dialOnce(way: () => Promise<Wire>): () => Promise<Wire> {
  let isDialled = false;
  return async () => {
    if (isDialled) return Line.broken(new DialError("CONNECTION_CLOSED", "a session that was lost is not replaced"));
    isDialled = true;
    return way();
  };
}

function broken(error: unknown, where: { address: string; port?: number }): Line {
  return Line.broken(Object.assign(error instanceof Error ? error : new Error(), { syscall: "connect", ...where }));
}

interface Reached {
  wire: Wire;
  protection: Protection;
}

async function reach({ host, hostaddr, port, sslmode }: Target, signal: AbortSignal): Promise<Reached> {
  const line = await inTime({ hostname: hostaddr ?? host, port }, signal);
  const isLocal = isLoopback(line.remoteAddress);
  const place = `${host}:${port}`;
  return {
    wire: line,
    protection: { kind: "unencrypted", place, isLocal, lacks: "unwanted", because: `sslmode=${sslmode}` },
  };
}

async function reachSecurely(target: Target, tls: Tls, signal: AbortSignal): Promise<Reached> {
  const secure = await import("./secure.ts");
  const { socket, protection } = await secure.reachSecurely(target, tls, signal);
  return { wire: socket, protection };
}

async function inTime(place: Place, signal: AbortSignal): Promise<Line> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new DialError("CONNECT_TIMEOUT", "it does not answer"));
  signal.addEventListener("abort", tooLate);
  const dialled = Line.to(place);
  try {
    return await Promise.race([dialled, late]);
  } catch (error) {
    // It may be answered later, when nobody waits any more.
    metLater(dialled.then((line) => line.destroy()));
    throw error;
  } finally {
    signal.removeEventListener("abort", tooLate);
  }
}
