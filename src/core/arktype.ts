/**
 * The one place that imports arktype, so that its configuration is always read first. Our patch leaves out most of its
 * keywords, such as `string.email`, `Date` and `Record`: a definition that names one throws as soon as it is made.
 */
import "./arktype-config.ts";

export { ArkErrors, type } from "arktype";
