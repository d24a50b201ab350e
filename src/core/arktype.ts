/** The one place that imports arktype, so that its configuration is always read first. */
import "./arktype-config.ts";

export { ArkErrors, scope, type } from "arktype";
