import type { CgroupMemory } from '../../model/host.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { ParseContext, ParsedItem } from '../reading/parser.ts';

/** A file of counters, one a line, of which `oom_kill` is one. */
export interface CounterFile {
  /** What its lines are, as a problem names them: `counters of /proc/vmstat`. */
  readonly what: string;
  /** Whose processes its `oom_kill` counts. */
  readonly scope: CgroupMemory['scope'];
  /** Name and count of a line. */
  readonly counter: RegExp;
  /** Whether the file has a counter of that name. */
  readonly has: (name: string) => boolean;
}

/** Reads how many processes OOM killers ended, of a file of counters. */
export class OomKillCounter implements LineHandler {
  readonly #context: ParseContext;
  readonly #file: CounterFile;
  readonly #stray: StrayLines;

  constructor(context: ParseContext, file: CounterFile) {
    this.#context = context;
    this.#file = file;
    this.#stray = new StrayLines(context, file.what);
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const [, name, count] = this.#file.counter.exec(line.text) ?? [];
    if (name === undefined || !this.#file.has(name)) {
      if (!isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    if (name !== 'oom_kill') return;
    const { scope } = this.#file;
    const source = provenanceOfLines(this.#context, line);
    const none = { limitBytes: null, peakBytes: null, currentBytes: null };
    out.push({ type: 'cgroup-memory', memory: { scope, oomKills: Number(count), ...none, source } });
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'counter', out);
  }

  timeResolution(): null {
    return null;
  }
}
