/** A key that the database would not take; which rows, and on which lines, is found out after the rollback. */
export class KeyFault extends Error {
  constructor(
    readonly kind: "repeated" | "orphaned",
    readonly table: string,
  ) {
    super(`${kind} key in ${table}`);
  }
}
