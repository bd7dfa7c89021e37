/** A stream that a command writes to; on a terminal it has a width. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(content: string | Uint8Array): unknown;
}

/** Where a command writes: results to `stdout`, all that is said about them to `stderr`. */
export interface Terminal {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}
