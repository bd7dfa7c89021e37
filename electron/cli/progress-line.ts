import type { Progress } from '../../shared/contract/worker-protocol.ts';
import { formatBytes } from '../../shared/facts/wording.ts';

/** The part of a terminal stream that a progress line needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Draws progress as one line that is overwritten, on a terminal only; elsewhere it stays silent. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  #shown = false;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  show(progress: Progress): void {
    if (this.#stream.isTTY !== true) return;
    const { stage, item, doneBytes, totalBytes } = progress;
    const share = totalBytes === null || totalBytes === 0 ? '' : ` ${Math.floor((doneBytes / totalBytes) * 100)} %`;
    const line = `${stage}${share} ${formatBytes(doneBytes)}  ${item}`;
    const width = Math.max(20, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(`\r\x1b[K${line.slice(0, width)}`);
    this.#shown = true;
  }

  /** Takes the line away, so that what is printed next begins in column one. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[K');
    this.#shown = false;
  }
}
