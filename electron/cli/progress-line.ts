import { type Mark, rateOf, secondsLeftOf, withMark } from '../../shared/contract/progress-rate.ts';
import { countOfStage, type Progress } from '../../shared/model/job.ts';
import { formatBytes, formatSeconds } from '../../shared/wording/figures.ts';
import type { TerminalStream } from './terminal.ts';

/**
 * Draws progress as one line that is overwritten, on a terminal only; elsewhere it stays silent. The line says the share,
 * the bytes, the rate and the time left in the stage, as far as they are known.
 */
export class ProgressLine {
  readonly #stream: TerminalStream;
  readonly #nowMillis: () => number;
  #shown = false;
  #count = '';
  #marks: readonly Mark[] = [];

  constructor(stream: TerminalStream, nowMillis: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#nowMillis = nowMillis;
  }

  show(progress: Progress): void {
    if (this.#stream.isTTY !== true) return;
    const width = Math.max(20, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(`\r\x1b[K${this.#line(progress).slice(0, width)}`);
    this.#shown = true;
  }

  #line({ stage, item, doneBytes, totalBytes }: Progress): string {
    const count = stage === 'profiling' ? `${stage} ${item}` : countOfStage(stage);
    if (count !== this.#count) this.#marks = [];
    this.#count = count;
    this.#marks = withMark(this.#marks, { atMillis: this.#nowMillis(), doneBytes });
    const rate = rateOf(this.#marks);
    const left = secondsLeftOf(this.#marks, totalBytes);
    const figures = [
      totalBytes === null || totalBytes === 0 ? '' : ` ${Math.floor((doneBytes / totalBytes) * 100)} %`,
      ` ${formatBytes(doneBytes)}`,
      rate === null ? '' : `, ${formatBytes(rate)}/s`,
      left === null ? '' : `, ${formatSeconds(Math.ceil(left))} left`,
    ];
    return `${stage}${figures.join('')}  ${item}`;
  }

  /** Takes the line away, so that what is printed next begins in column one. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[K');
    this.#shown = false;
  }
}
