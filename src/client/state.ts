import type {
  EventOf,
  Mode,
  RunEvent,
  Seal,
  Stage,
  StartedTable,
  TableCounts,
  Warning,
} from "../core/messages/events.ts";
import { counted, type ExpectationCounts, noVerdicts, type Verdict } from "../core/messages/verdicts.ts";

/**
 * How far one table is in one stage. `done` of `total` in `unit`; `total` is 0 until it is known. `first` is what was done
 * when it was first heard of: of an upsert, the rows that stay as they are.
 */
interface Cell {
  state: "waiting" | "active" | "done";
  first: number;
  done: number;
  total: number;
  unit: "bytes" | "rows" | "expectations";
}

export interface TableProgress extends StartedTable {
  cells: Record<Stage, Cell>;
  counts: TableCounts;
  verdicts: Verdict[];
}

/** Everything that a stream of events has told about one run so far. */
export interface RunState {
  run: number | null;
  month: string;
  as_of: string;
  mode: Mode;
  /** Whether its server logs what is filled into new files, too; most do. */
  logs_all: boolean;
  started_at: string;
  /** Time of the newest event: with `started_at` it gives the elapsed time without a clock. */
  latest_at: string;
  stage: Stage | null;
  /** When each stage began. */
  entered: Partial<Record<Stage, string>>;
  /** When the first table was staged; null before. */
  staged_at: string | null;
  /** When the last table was compared with the live one; null before. */
  compared_at: string | null;
  /** Snapshots that were made before their stage; null where nobody tells. */
  ready: number | null;
  tables: TableProgress[];
  /** Seconds of the stages that are finished. */
  seconds: Partial<Record<Stage, number>>;
  expectations: ExpectationCounts;
  warnings: Warning[];
  seals: Seal[];
  /** Snapshots that stood already and were left as they are, and their rows. */
  kept: { tables: number; rows: number };
  end: EventOf<"run.finished" | "run.failed" | "run.retried"> | null;
}

type Started = EventOf<"run.started">;

const waiting = (total: number, unit: Cell["unit"]): Cell => ({ state: "waiting", first: 0, done: 0, total, unit });

function begin(event: Started): RunState {
  return {
    run: event.run,
    month: event.month,
    as_of: event.as_of,
    mode: event.mode,
    logs_all: event.logs_all ?? true,
    started_at: event.at,
    latest_at: event.at,
    stage: null,
    entered: {},
    staged_at: null,
    compared_at: null,
    ready: null,
    tables: event.tables.map((table) => ({
      ...table,
      cells: {
        ingest: waiting(table.bytes, "bytes"),
        upsert: waiting(0, "rows"),
        validate: waiting(table.expectations, "expectations"),
        snapshot: waiting(0, "rows"),
      },
      counts: { table: table.table, rows: 0 },
      verdicts: [],
    })),
    seconds: {},
    expectations: noVerdicts,
    warnings: [],
    seals: [],
    kept: { tables: 0, rows: 0 },
    end: null,
  };
}

/** A run that never got as far as its first event, such as a refused one, seen from its last word. */
function stillborn(event: EventOf<"run.failed" | "run.retried">): RunState {
  const started: Started = {
    event: "run.started",
    run: event.run,
    seq: event.seq,
    at: event.at,
    month: event.month ?? "",
    as_of: "",
    mode: "publish",
    tables: [],
  };
  return { ...begin(started), end: event };
}

function onTable(state: RunState, name: string, change: (table: TableProgress) => TableProgress): RunState {
  return { ...state, tables: state.tables.map((table) => (table.table === name ? change(table) : table)) };
}

function withCell(table: TableProgress, stage: Stage, change: Partial<Cell>): TableProgress {
  return { ...table, cells: { ...table.cells, [stage]: { ...table.cells[stage], ...change } } };
}

/** True for a try that another one follows: its month is not over. */
export function isTriedAgain({ end }: RunState): boolean {
  return end?.event === "run.retried";
}

/** The state after one more event: the only way in which a front end learns of a run. */
export function fold(state: RunState | null, event: RunEvent): RunState | null {
  if (event.event === "run.started") return begin(event);
  if (state === null) return event.event === "run.failed" || event.event === "run.retried" ? stillborn(event) : null;
  const ready = "ready" in event ? (event.ready ?? state.ready) : state.ready;
  return apply({ ...state, run: event.run ?? state.run, latest_at: event.at, ready }, event);
}

function apply(state: RunState, event: Exclude<RunEvent, Started>): RunState {
  switch (event.event) {
    case "stage.started":
      return { ...state, stage: event.stage, entered: { ...state.entered, [event.stage]: event.at } };
    case "table.progress": {
      const { stage, done, total, unit } = event;
      const told = onTable(state, event.table, (table) => {
        const { state: before, first } = table.cells[stage];
        const known = { first: before === "waiting" ? done : first, done, total, unit };
        return withCell(table, stage, { state: "active", ...known });
      });
      return withCompared(told);
    }
    case "table.finished":
      return {
        ...withCompared(onTable(state, event.table, (table) => finishCell(table, event))),
        staged_at: state.staged_at ?? event.at,
        kept: withKept(state, event),
      };
    case "expectation.evaluated":
      return {
        ...onTable(state, event.table, (table) => addVerdict(table, event)),
        expectations: counted(state.expectations, event),
      };
    case "stage.finished":
      return { ...state, seconds: { ...state.seconds, [event.stage]: event.seconds } };
    case "run.warned":
      return { ...state, warnings: [...state.warnings, { title: event.title, hint: event.hint }] };
    case "run.finished":
      return {
        ...state,
        stage: null,
        tables: state.tables.map((table) => ({ ...table, counts: countsIn(event.tables, table) })),
        seals: event.snapshots,
        expectations: event.expectations,
        end: event,
      };
    case "run.failed":
    case "run.retried":
      return { ...state, end: event };
  }
}

/** What an upsert tells of a table first is what the comparison found. */
function withCompared(state: RunState): RunState {
  if (state.compared_at !== null || state.tables.some(({ cells }) => cells.upsert.state === "waiting")) return state;
  return { ...state, compared_at: state.latest_at };
}

function addVerdict(table: TableProgress, verdict: Verdict): TableProgress {
  const verdicts = [...table.verdicts, verdict];
  return withCell({ ...table, verdicts }, "validate", { state: "active", done: verdicts.length });
}

/** The last word has the final counts; for a month that was published before, it is the only one that has any. */
function countsIn(counts: readonly TableCounts[], { table, counts: known }: TableProgress): TableCounts {
  return counts.find((one) => one.table === table) ?? known;
}

function withKept({ kept }: RunState, { stage, rows, unchanged }: EventOf<"table.finished">): RunState["kept"] {
  if (stage !== "snapshot" || unchanged === undefined) return kept;
  return { tables: kept.tables + 1, rows: kept.rows + rows };
}

function finishCell(table: TableProgress, event: EventOf<"table.finished">): TableProgress {
  const total = Math.max(table.cells[event.stage].total, 1);
  const cell = { state: "done", done: total, total } as const;
  // What a validation counts are expectations, and a snapshot's rows are in its seal.
  if (event.stage === "validate" || event.stage === "snapshot") return withCell(table, event.stage, cell);
  const { rows, inserted, updated, unchanged, absent } = event;
  const known = { inserted, updated, unchanged, absent };
  const counts: TableCounts = { ...table.counts, rows };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) Object.assign(counts, { [name]: value });
  return withCell({ ...table, counts }, event.stage, cell);
}
