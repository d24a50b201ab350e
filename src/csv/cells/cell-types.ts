import type { Column } from "../../core/columns.ts";
import { booleanType } from "./boolean.ts";
import type { CellType, DateRange, MakeCellType } from "./cell-type.ts";
import { dateType } from "./date.ts";
import { integerType } from "./integer.ts";
import { floatType, numericType } from "./numeric.ts";
import { binaryJsonType, plainJsonType, uuidType } from "./structured.ts";
import { anyType, textType } from "./text.ts";
import { plainTimestampType, zonedTimestampType } from "./timestamp.ts";

/** By the catalog's name of the type (`pg_type.typname`). */
const cellTypes: Record<string, MakeCellType> = {
  text: textType,
  varchar: textType,
  bpchar: textType,
  bool: booleanType,
  int2: integerType(2),
  int4: integerType(4),
  int8: integerType(8),
  numeric: numericType,
  float4: floatType(Math.fround),
  float8: floatType((value) => value),
  date: dateType,
  timestamp: plainTimestampType,
  timestamptz: zonedTimestampType,
  uuid: uuidType,
  json: plainJsonType,
  jsonb: binaryJsonType,
};

export function cellTypeOf(column: Column, dates: DateRange): CellType {
  const make = Object.hasOwn(cellTypes, column.type) ? cellTypes[column.type] : undefined;
  return (make ?? anyType)(column, dates);
}
