import type { PeerCertificate } from "node:tls";
import { codeOf } from "../../core/errors.ts";
import { DialError } from "./dial-error.ts";

/** What a line tells of, and what comes with it. */
interface Told {
  data: [bytes: Buffer];
  /** There is room again, after a write that found none. */
  drain: [];
  error: [error: Error];
  /** It is gone: `failed` where an error was the reason. */
  close: [failed: boolean];
}

type Name = keyof Told;
type Listener<Of extends Name> = (...told: Told[Of]) => void;

/** What a write has not sent yet, and whom to tell once it has. */
interface Unsent {
  bytes: Uint8Array;
  sent: ((error?: Error) => void) | undefined;
}

export type Place = { unix: string } | { hostname: string; port: number };

/** What TLS is to be spoken by; versions are numbers of the protocol, such as 0x0303, and missing in the types of Bun. */
export interface Secret extends Bun.TLSOptions {
  minVersion: number;
  maxVersion: number;
}

/** What the other end has shown of itself: OpenSSL's code of why to doubt it, null where its certificate is sound. */
export interface Shown {
  doubt: string | null;
  certificate: PeerCertificate;
  protocol: string | null;
}

/**
 * A connection to a server as the driver uses one, by Bun's own sockets: to load Node's, with all its streams, takes longer
 * than to ask a server for a list.
 */
export class Line {
  /** As of Node's sockets: `readOnly` once we have said all that we will. */
  readyState: "open" | "readOnly" | "closed" = "open";
  /** The address of the other end; empty for a socket of the file system. */
  remoteAddress = "";
  /** What patch 10 of the driver binds a login to. */
  channelBinding: Buffer | undefined;
  readonly #listeners: { [Of in Name]: Set<Listener<Of>> } = {
    data: new Set(),
    drain: new Set(),
    error: new Set(),
    close: new Set(),
  };
  #socket: Bun.Socket | null = null;
  #unsent: Unsent[] = [];

  /** Rejects with the system's error where nothing can be reached. */
  static async to(place: Place): Promise<Line> {
    const line = new Line();
    const socket = line.#heard();
    const made = await ("unix" in place ? Bun.connect({ ...place, socket }) : Bun.connect({ ...place, socket }));
    if (line.destroyed) throw new DialError("CONNECTION_CLOSED", "it hangs up");
    line.#socket = made;
    line.remoteAddress = "unix" in place ? "" : made.remoteAddress;
    return line;
  }

  /** One that breaks at once: what cannot be made at all, the driver would wait for for ever. */
  static broken(error: Error): Line {
    const line = new Line();
    setImmediate(() => line.destroy(error));
    return line;
  }

  /**
   * Goes on by TLS. Whether to believe what the other end has shown is for the caller to judge; rejects where there is no
   * speaking to it.
   */
  secure(tls: Secret): Promise<Shown> {
    const { promise: shown, resolve, reject } = Promise.withResolvers<Shown>();
    const plain = this.#socket;
    this.once("close", () => reject(new DialError("CONNECTION_CLOSED", "it hangs up")));
    if (plain === null) return shown;
    const handshake = (socket: Bun.Socket, _: boolean, error: Error | null) => {
      const doubt = error === null ? null : codeOf(error);
      // The system's codes are one word, and OpenSSL's of a certificate are not.
      if (doubt !== null && !doubt.includes("_")) reject(error);
      resolve({ doubt, certificate: socket.getPeerCertificate(), protocol: socket.alpnProtocol || null });
    };
    const socket = { ...this.#heard(), handshake };
    const [, secret] = plain.upgradeTLS({ tls: { ...tls, rejectUnauthorized: false }, socket });
    this.#socket = secret;
    return shown;
  }

  get destroyed(): boolean {
    return this.readyState === "closed";
  }

  on<Of extends Name>(name: Of, listener: Listener<Of>): this {
    this.#listeners[name]?.add(listener);
    return this;
  }

  once<Of extends Name>(name: Of, listener: Listener<Of>): this {
    const once: Listener<Of> = (...told) => {
      this.removeListener(name, once);
      listener(...told);
    };
    return this.on(name, once);
  }

  /** The driver takes away what a line has none of, too, such as those of "connect". */
  removeListener<Of extends Name>(name: Of, listener: Listener<Of>): this {
    this.#listeners[name]?.delete(listener);
    return this;
  }

  removeAllListeners(): this {
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
    return this;
  }

  /** False where some of it has to wait; `drain` is told once it does no more. */
  write(bytes: Uint8Array, sent?: (error?: Error) => void): boolean {
    if (this.readyState !== "open") {
      if (sent !== undefined) queueMicrotask(() => sent(closed()));
      return false;
    }
    this.#unsent.push({ bytes, sent });
    return this.#unsent.length > 1 ? false : this.#send();
  }

  /** Says this last, and hears what is still said until the other end hangs up. */
  end(bytes: Uint8Array): void {
    if (this.readyState !== "open") return;
    this.write(bytes, () => this.#socket?.shutdown());
    this.readyState = "readOnly";
  }

  /** Hangs up at once; an error is told as the reason. */
  destroy(error?: Error): void {
    if (this.destroyed) return;
    this.readyState = "closed";
    this.#socket?.close();
    queueMicrotask(() => this.#gone(error));
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  setKeepAlive(isOn: boolean, milliseconds: number): void {
    this.#socket?.setKeepAlive(isOn, milliseconds);
  }

  /** What a socket tells this line, as long as it is the line's own: below TLS another one goes on telling what it carries. */
  #heard(): Bun.SocketHandler<undefined> {
    const isOwn = (socket: Bun.Socket) => this.#socket === null || this.#socket === socket;
    return {
      data: (socket, bytes) => {
        if (isOwn(socket)) this.#tell("data", bytes);
      },
      drain: (socket) => {
        if (isOwn(socket)) this.#sendOn();
      },
      error: (_, error) => this.destroy(error),
      close: (_, error) => this.#hungUp(error),
    };
  }

  #tell<Of extends Name>(name: Of, ...told: Told[Of]): void {
    for (const listener of [...this.#listeners[name]]) listener(...told);
  }

  /** Sends what there is room for; true where that was all. */
  #send(): boolean {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const count = Math.max(this.#socket?.write(next.bytes) ?? 0, 0);
      if (count < next.bytes.length) {
        next.bytes = next.bytes.subarray(count);
        return false;
      }
      this.#unsent.shift();
      const { sent } = next;
      if (sent !== undefined) queueMicrotask(() => sent());
    }
    return true;
  }

  #sendOn(): void {
    if (this.#unsent.length > 0 && this.#send()) this.#tell("drain");
  }

  /** The other end, or the network. */
  #hungUp(error?: Error): void {
    if (this.destroyed) return;
    this.readyState = "closed";
    this.#gone(error);
  }

  #gone(error?: Error): void {
    this.#socket = null;
    for (const { sent } of this.#unsent.splice(0)) sent?.(error ?? closed());
    if (error !== undefined) this.#tell("error", error);
    this.#tell("close", error !== undefined);
  }
}

function closed(): Error {
  return Object.assign(new Error("the connection is closed"), { code: "EPIPE" });
}
