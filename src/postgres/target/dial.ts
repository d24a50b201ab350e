import { metLater } from "../../core/errors.ts";
import { DialError } from "./dial-error.ts";
import { Line, type Place } from "./line.ts";
import type { Protection } from "./protection.ts";
import { inTime, type Reached, reachSecurely, unencrypted } from "./secure.ts";
import type { Tls } from "./tls.ts";
import type { Target } from "./url.ts";

/**
 * A connection for the driver by TCP, and by TLS as far as that is wanted; `tell` is told what protects it.
 * The driver itself takes no heed of what a server answers when it is asked for TLS, nor can it say what came of it.
 */
export async function dial(target: Target, tls: Tls | null, tell: (protection: Protection) => void): Promise<Line> {
  const { host: address, port, connectTimeout } = target;
  try {
    const signal = AbortSignal.timeout(connectTimeout * 1000);
    const { line, protection } = await reach(target, tls, signal);
    tell(protection);
    return line;
  } catch (error) {
    return broken(error, { address, port });
  }
}

/** The same by a unix socket, which needs no protection. */
export async function dialLocally({ host, port }: Target): Promise<Line> {
  const unix = `${host}/.s.PGSQL.${port}`;
  try {
    return await Line.to({ unix });
  } catch (error) {
    return broken(error, { address: unix });
  }
}

/** The first connection that is dialled, and none in its place: what its session held is gone with it. */
export function dialOnce(way: () => Promise<Line>): () => Promise<Line> {
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

/** Nothing is asked of a server, and nothing loaded, for what nobody wants. */
async function reach(target: Target, tls: Tls | null, signal: AbortSignal): Promise<Reached> {
  const { host, hostaddr, port, sslmode } = target;
  const open = () => opened({ hostname: hostaddr ?? host, port }, signal);
  if (tls !== null) return reachSecurely(target, tls, open, signal);
  return unencrypted(target, await open(), "unwanted", `sslmode=${sslmode}`);
}

async function opened(place: Place, signal: AbortSignal): Promise<Line> {
  const dialled = Line.to(place);
  try {
    return await inTime(dialled, signal);
  } catch (error) {
    // It may be answered later, when nobody waits any more.
    metLater(dialled.then((line) => line.destroy()));
    throw error;
  }
}
