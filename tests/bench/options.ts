import { InvalidArgumentError } from "commander";

/** A reader of whole numbers from 1 on, for commander. */
export function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number from 1 to 999999999.");
}
