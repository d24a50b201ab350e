/** What is asked of a file that is open, wherever it lies. */
export interface Handle {
  read<Bytes extends Uint8Array>(
    buffer: Bytes,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number; buffer: Bytes }>;
  close(): Promise<void>;
  /** Ends what is being read, where that may take long. */
  cancel?(): void;
}

/** What tells a file from another: of an object in a bucket, its ETag stands where a file has its inode. */
export interface FileStats {
  size: number;
  mtimeMs: number;
  dev: number | string;
  ino: number | string;
  ctimeMs: number;
}

/** A file that is open, and what it was then. */
export interface OpenFile {
  handle: Handle;
  stats: FileStats;
}
