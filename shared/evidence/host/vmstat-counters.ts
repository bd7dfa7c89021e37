import type { RecordFormat } from '../reading/format.ts';
import { parserOfLines } from '../reading/lines.ts';
import type { CreateParser } from '../reading/parser.ts';
import { type CounterFile, OomKillCounter } from './oom-kill-counter.ts';

const FILE: CounterFile = {
  what: 'counters of /proc/vmstat',
  scope: 'host',
  // oom_kill 3
  counter: /^([a-z][a-z0-9_]{1,60}) (-?\d{1,20})$/,
  has: () => true,
};

/**
 * `/proc/vmstat`: counters of the whole host since its boot, of which `oom_kill` says how many processes OOM killers ended.
 * Source: mm/vmstat.c of https://github.com/torvalds/linux/tree/v6.1
 */
const createVmstatCountersParser: CreateParser = (context) => parserOfLines(context, new OomKillCounter(context, FILE));

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
