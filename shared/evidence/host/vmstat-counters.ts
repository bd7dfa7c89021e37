import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';

// oom_kill 3
const COUNTER = /^([a-z][a-z0-9_]{1,60}) (-?\d{1,20})$/;

/**
 * `/proc/vmstat`: counters of the whole host since its boot, of which `oom_kill` says how many processes OOM killers ended.
 * Source: mm/vmstat.c of https://github.com/torvalds/linux/tree/v6.1
 */
const createVmstatCountersParser: CreateParser = (context) => parserOfLines(context, new CountersHandler(context));

class CountersHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'counters of /proc/vmstat');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const [, name, count] = COUNTER.exec(line.text) ?? [];
    if (name === undefined) {
      if (!isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    if (name !== 'oom_kill') return;
    const source = provenanceOfLines(this.#context, line);
    const none = { limitBytes: null, peakBytes: null, currentBytes: null };
    out.push({ type: 'cgroup-memory', memory: { scope: 'host', oomKills: Number(count), ...none, source } });
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'counter', out);
  }

  timeResolution(): null {
    return null;
  }
}

export const VMSTAT_COUNTERS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`/proc/vmstat`',
  detect: {
    by: 'header',
    sign: {
      sample: 'nr_free_pages 5300000',
      why: 'has the counters of /proc/vmstat',
      reads: (line) => /^nr_free_pages \d+$/.test(line),
    },
  },
  dated: 'undated',
  printsHostZone: false,
  create: createVmstatCountersParser,
  // It holds no events.
  readAgain: null,
};
