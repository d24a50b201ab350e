import type { Suite } from "../core/suite.ts";
import { evaluateSuite } from "../expectations/evaluate.ts";
import { stageSchema } from "../postgres/catalog.ts";
import type { VerdictRecord } from "../postgres/ledger.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";
