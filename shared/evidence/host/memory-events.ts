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

// oom_kill 1
const COUNTER = /^([a-z_]{2,20}) (\d{1,15})$/;
const KNOWN: ReadonlySet<string> = new Set([
  ...['low', 'high', 'max', 'oom', 'oom_kill', 'oom_group_kill', 'sock_throttled'],
  ...['oom_kill_disable', 'under_oom'],
]);

/** Whether the counters among some lines are those of a memory cgroup; /proc/vmstat has one of that name among hundreds. */
function areCounters(lines: readonly string[]): boolean {
  const names = lines.flatMap((line) => COUNTER.exec(line)?.[1] ?? []);
  return names.includes('oom_kill') && names.length > 1 && names.every((name) => KNOWN.has(name));
}

/**
 * `memory.events` of a cgroup (v1: `memory.oom_control`): how often, since the cgroup was made, its limit was reached and the OOM
 * killer ended one of its processes. Sources: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files,
 * https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control
 */
const createMemoryEventsParser: CreateParser = (context) => parserOfLines(context, new MemoryEventsHandler(context));

class MemoryEventsHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'counters of a memory cgroup');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const [, name = '', count] = COUNTER.exec(line.text) ?? [];
    if (!KNOWN.has(name)) {
      if (!isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    if (name !== 'oom_kill') return;
    const source = provenanceOfLines(this.#context, line);
    const none = { limitBytes: null, peakBytes: null, currentBytes: null };
    out.push({ type: 'cgroup-memory', memory: { scope: 'cgroup', oomKills: Number(count), ...none, source } });
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'counter', out);
  }

  timeResolution(): null {
    return null;
  }
}

export const MEMORY_EVENTS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`memory.events` of its cgroup',
  detect: { by: 'whole', reads: (_text, lines) => (areCounters(lines) ? 'has the counters of a memory cgroup' : null) },
  dated: 'undated',
  printsHostZone: false,
  create: createMemoryEventsParser,
  // It holds no events.
  readAgain: null,
};
