/**
 * A column as PostgreSQL's catalog describes it; the readers and checks are made from these.
 * `type` is the catalog's own name (`pg_type.typname`), such as `text`, `bool`, `int4`, `numeric`, `date`.
 */
export interface Column {
  name: string;
  type: string;
  /** True for a type that somebody made, or an extension, and for rows of a table: only its text is known. */
  own?: boolean;
  /** Declared limits: numeric(precision, scale), varchar(length); null where none. */
  precision: number | null;
  scale: number | null;
  length: number | null;
  /** Limits of other types, such as timestamp(0), as the catalog packs them; absent where none. */
  modifier?: number;
  nullable: boolean;
}

/** A table as the catalog describes it, columns in their order. */
export interface TableShape {
  schema: string;
  name: string;
  columns: Column[];
  /** Primary key columns in key order; empty without one. */
  key: string[];
}

/** A constraint's name, and its definition as PostgreSQL writes it, such as `FOREIGN KEY (…) REFERENCES …`. */
export interface Constraint {
  name: string;
  definition: string;
}

/** A foreign key: these columns hold values of those columns of another table. */
export interface Reference extends Constraint {
  columns: string[];
  parent: { schema: string; name: string };
  parentColumns: string[];
}
