import { connect, type Sql } from "../../../src/postgres/connection/connect.ts";
import { databaseUrl } from "../../helpers/names.ts";
import type { Content, Lease } from "./place.ts";

/** How databases come and go on a server. */
interface Means {
  /** To any database but the leased one. */
  adminUrl: string;
  /** Begins all names. */
  prefix: string;
  /** The one that consoles use; by the count where each has another. */
  leasedName(count: number): string;
  wordsFor(url: string): string[];
}

/** Databases of a server that are copied from templates, each of which is filled once. */
export class Databases {
  readonly #means: Means;
  readonly admin: Sql;
  readonly #templates = new Map<string, Promise<string>>();
  #count = 0;

  constructor(means: Means) {
    this.#means = means;
    this.admin = connect(means.adminUrl, { applicationName: "faults" });
  }

  async lease(content: Content): Promise<Lease> {
    const template = await this.#templateOf(content);
    const lease = await this.#opened(template);
    return lease;
  }

  #templateOf(content: Content): Promise<string> {
    const known = this.#templates.get(content.name) ?? this.#prepare(content);
    this.#templates.set(content.name, known);
    return known;
  }

  async #prepare(content: Content): Promise<string> {
    const name = `${this.#means.prefix}_${content.name}`;
    const lease = await this.#opened("template0");
    await content.prepare(lease.words);
    await lease.sql.end();
    await this.#idle(nameIn(lease.url));
    await this.admin`create database ${this.admin(name)} template ${this.admin(nameIn(lease.url))}`;
    await lease.drop();
    return name;
  }

  async #opened(template: string): Promise<Lease> {
    const { admin } = this;
    const name = this.#means.leasedName(++this.#count);
    const remove = async () => void (await admin`drop database if exists ${admin(name)} with (force)`);
    const make = async () => void (await admin`create database ${admin(name)} template ${admin(template)}`);
    await remove();
    await make();
    const url = databaseUrl(this.#means.adminUrl, name);
    const sql = connect(url, { applicationName: "faults" });
    return {
      url,
      sql,
      admin,
      words: this.#means.wordsFor(url),
      empty: () => remove(),
      refill: () => make(),
      async drop() {
        await sql.end({ timeout: 1 });
        await remove();
      },
    };
  }

  /** A session ends a moment after its client has left. */
  async #idle(name: string): Promise<void> {
    const there = () => this.admin`select 1 from pg_stat_activity where datname = ${name}`;
    while ((await there()).length > 0) await Bun.sleep(5);
  }

  async close(): Promise<void> {
    const names = await Promise.allSettled(this.#templates.values());
    for (const name of names) {
      if (name.status === "fulfilled") await this.admin`drop database if exists ${this.admin(name.value)} with (force)`;
    }
    await this.admin.end({ timeout: 1 });
  }
}

function nameIn(url: string): string {
  return new URL(url.replace("@/", "@local/")).pathname.slice(1);
}
