/**
 * The one place that imports arktype, so that its configuration is always read first. Our patch leaves out the formats
 * below its keyword `string`, such as `string.email`: a definition that names one throws as soon as it is made.
 */
import "./arktype-config.ts";

export { ArkErrors, scope, type } from "arktype";
