import type { RecordFormat } from '../reading/format.ts';
import { parserOfLines } from '../reading/lines.ts';
import type { CreateParser } from '../reading/parser.ts';
import { type CounterFile, OomKillCounter } from './oom-kill-counter.ts';

const KNOWN: ReadonlySet<string> = new Set([
  ...['low', 'high', 'max', 'oom', 'oom_kill', 'oom_group_kill', 'sock_throttled'],
  ...['oom_kill_disable', 'under_oom'],
]);

const FILE: CounterFile = {
  what: 'counters of a memory cgroup',
  scope: 'cgroup',
  // oom_kill 1
  counter: /^([a-z_]{2,20}) (\d{1,15})$/,
  has: (name) => KNOWN.has(name),
};

/** Whether the counters among some lines are those of a memory cgroup; /proc/vmstat has one of that name among hundreds. */
function areCounters(lines: readonly string[]): boolean {
  const names = lines.flatMap((line) => FILE.counter.exec(line)?.[1] ?? []);
  return names.includes('oom_kill') && names.length > 1 && names.every(FILE.has);
}

/**
 * `memory.events` of a cgroup (v1: `memory.oom_control`): how often, since the cgroup was made, its limit was reached and the OOM
 * killer ended one of its processes. Sources: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files,
 * https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control
 */
const createMemoryEventsParser: CreateParser = (context) => parserOfLines(context, new OomKillCounter(context, FILE));

export const MEMORY_EVENTS: RecordFormat = {
  holds: 'ends',
  savedAs: '`memory.events` of its cgroup',
  detect: { by: 'whole', reads: (_text, lines) => (areCounters(lines) ? 'has the counters of a memory cgroup' : null) },
  dated: 'undated',
  printsHostZone: false,
  create: createMemoryEventsParser,
  // It holds no events.
  readAgain: null,
};
