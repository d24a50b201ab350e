import postgres from "postgres";

/** A connection pool, or one connection inside a transaction. Dates and numerics stay text, counts are numbers. */
export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** Where a statement can run. */
export type Queryable = Sql | Transaction;

export interface ConnectOptions {
  /** Connections at most. */
  max?: number;
  applicationName?: string;
}

export function connect(url: string, options: ConnectOptions = {}): Sql {
  return postgres(url, {
    max: options.max ?? 1,
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
    connection: { application_name: options.applicationName ?? "streamflow-console" },
  });
}
