import type { Written, WrittenSetting } from "../written/settings.ts";

/** Why a setting is proposed: what its file has, as it was refused without it. */
export interface SettingEvidence {
  setting: WrittenSetting;
  value: unknown;
  /** Where the table has several files. */
  file?: string;
  line?: number;
  column?: string;
  cell?: string;
  reason: string;
}

/** What a table's file seems to be written in. */
export interface FileSuggestion {
  table: string;
  path: string;
  /** What it takes besides what the manifest says; empty where nothing is missing. */
  written: Written;
  evidence: SettingEvidence[];
  /** Faults that are left with these settings, and the first of them in words. */
  left: number;
  first: string | null;
  /** Settings of which two fit each cell, and say different things: nobody but the sender knows. */
  undecided: { one: Written; other: Written; cell: string }[];
}

/** The smallest sections with which a drop is read. */
export interface DropSuggestion {
  month: string;
  files: FileSuggestion[];
  /** For all tables, and by table what goes beyond that. */
  written: Written;
  tables: Record<string, Written>;
  /** The manifest, once it was written into. */
  manifest: string | null;
}
/** A table that was proposed of a file. */
export interface ProposedTable {
  table: string;
  file: string;
  rows: number;
  columns: number;
  key: string[];
  /** The tables that its foreign keys lead to, by column. */
  references: { column: string; table: string }[];
  /** Why its rows seem to be events; null where they do not. */
  events: string | null;
  /** Settings of how its file is written. */
  written: string[];
}

/** A dataset that was written: from a drop, or as a copy of the one that is shipped. */
export interface DatasetWritten {
  name: string;
  folder: string;
  files: string[];
  /** None of a copy. */
  tables: ProposedTable[];
  /** Files of the drop that are no part of it. */
  left_out: { file: string; why: string }[];
  /** The commands to run next. */
  next: string[];
}
