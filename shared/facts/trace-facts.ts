import { type FactContext, sourceOnly } from '../context/context.ts';
import { within } from '../context/held-locks.ts';
import type { SyscallTrace, SystemCall } from '../model/probes.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import { formatSeconds, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, type RuleCase, rule } from './rule.ts';
import { datedOrNot, NO_TIME } from './undated.ts';

/** Without a call for so long a process computed, or waited for memory that was swapped out. */
const SILENT_SECONDS = 5;
/** What nothing dates counts for less: the same process may have been traced at another time. */
const UNDATED_SHARE = 0.6;

/** What the worker asked of the kernel, by strace. */
function traceFacts(context: FactContext): readonly TraceFact[] {
  const { evidence, record, window } = context;
  const pid = record?.incident.pid ?? null;
  if (window === null || pid === null) return [];
  const trace = (evidence.host?.traces ?? []).findLast((each) => {
    if (each.pid !== pid) return false;
    return each.from === null || each.to === null || (each.from <= addSeconds(window.to, 5) && each.to >= window.from);
  });
  if (trace === undefined) return [];
  const isThen = within(context)({ time: trace.to, source: trace.source }) === true;
  return [...refusedLock(trace, isThen), ...refusedMemory(trace, isThen), ...lastCall(trace, isThen)];
}

const lockRefusedInTrace = rule({
  id: 'lock-refused-in-trace',
  needs: ['system-calls'],
  basis: BASIS.strace,
  cases: {
    dated: {
      when: 'the trace is of the operation',
      weights: { 'database-lock': 6, 'infinite-loop': -3.5 },
      decides: { 'database-lock': 'for', 'infinite-loop': 'against' },
    },
    undated: { when: 'nothing dates the trace', weights: { 'database-lock': 3.6, 'infinite-loop': -2 } },
  },
});

function refusedLock({ refusedLocks, pid }: SyscallTrace, isThen: boolean): readonly TraceFact[] {
  if (refusedLocks === null) return [];
  const { count, last, holderPid } = refusedLocks;
  const holder = holderPid === null || holderPid === pid ? '' : `, which process ${holderPid} held`;
  return [
    lockRefusedInTrace.fact({
      case: isThen ? 'dated' : 'undated',
      text: `strace shows that the worker asked for a lock of SQLite and was refused it ${plural(count, 'time')}, to the end of the trace${holder}${isThen ? '' : NO_TIME}: ${last.text.slice(0, 140)}.`,
      ...sourceOnly(last.source),
    }),
  ];
}

const memoryRefusedInTrace = rule({
  id: 'memory-refused-in-trace',
  needs: ['system-calls'],
  basis: BASIS.refusedMemory,
  cases: {
    dated: { when: 'the trace is of the operation', weights: { 'memory-exhaustion': 2.5 } },
    undated: { when: 'nothing dates the trace', weights: { 'memory-exhaustion': 1.5 } },
  },
});

function refusedMemory({ refusedMemory: call }: SyscallTrace, isThen: boolean): readonly TraceFact[] {
  if (call === null) return [];
  return [
    memoryRefusedInTrace.fact({
      case: isThen ? 'dated' : 'undated',
      text: `strace shows that the kernel refused the worker memory${isThen ? '' : NO_TIME}: ${call.text.slice(0, 140)}.`,
      ...sourceOnly(call.source),
    }),
  ];
}

const WAITED_FOR = {
  thread: {
    when: 'it waited for another of its own threads',
    weights: { 'infinite-loop': -3.5, 'database-lock': -2.5, 'large-artifact': -1 },
    decides: { 'infinite-loop': 'against' },
  },
  fileLock: {
    when: 'it waited for a lock on a file',
    weights: { 'infinite-loop': -3.5, 'large-artifact': -1 },
    decides: { 'infinite-loop': 'against' },
  },
  socket: {
    when: 'it waited at a socket',
    weights: { 'infinite-loop': -3.5, 'database-lock': -2, 'large-artifact': -1 },
    decides: { 'infinite-loop': 'against' },
  },
  child: {
    when: 'it waited for a process that it had started',
    weights: { 'infinite-loop': -2.5, 'database-lock': -2 },
  },
  time: { when: 'it waited for a time to pass', weights: { 'infinite-loop': -2 } },
  file: { when: 'it waited for a file or a pipe', weights: { 'infinite-loop': -2.5, 'database-lock': -1 } },
} as const satisfies Readonly<Record<string, RuleCase>>;

const traceWaited = rule({
  id: 'trace-waited',
  needs: ['system-calls'],
  basis: BASIS.strace,
  cases: datedOrNot(WAITED_FOR, UNDATED_SHARE),
});

/** What a call that did not return waits for. */
const WAITS: readonly { readonly name: RegExp; readonly what: string; readonly wait: keyof typeof WAITED_FOR }[] = [
  { name: /^futex$/, what: 'for another of its own threads', wait: 'thread' },
  { name: /^(?:flock|fcntl)$/, what: 'for a lock on a file that another process held', wait: 'fileLock' },
  {
    name: /^(?:recv|send|accept|connect|poll|ppoll|select|pselect|epoll_)/,
    what: 'at a socket, for a peer or for the next request',
    wait: 'socket',
  },
  { name: /^wait/, what: 'for a process that it had started', wait: 'child' },
  { name: /^(?:clock_)?nanosleep$|^pause$/, what: 'for a time to pass', wait: 'time' },
  {
    name: /^(?:p?read|p?write|readv|writev|fsync|fdatasync|open|openat|getdents)/,
    what: 'for a file or a pipe',
    wait: 'file',
  },
];

const traceComputed = rule({
  id: 'trace-computed',
  needs: ['system-calls'],
  basis: BASIS.strace,
  weights: { 'infinite-loop': 1.5, 'database-lock': -3.5 },
  decides: { 'database-lock': 'against' },
});

function lastCall({ last, to, refusedLocks, repeated }: SyscallTrace, isThen: boolean): readonly TraceFact[] {
  if (refusedLocks !== null) return [];
  const waits = WAITS.find(({ name }) => name.test(last.name));
  if (last.isUnfinished) return waits === undefined ? [] : [waitedIn(last, waits, isThen)];
  const silent = to === null || last.time === null ? null : secondsBetween(last.time, to);
  if (!isThen || silent === null || silent < SILENT_SECONDS) return [];
  return [
    traceComputed.fact({
      text: `strace shows no call of the worker in the last ${formatSeconds(silent)}, after ${repeated.name}: it computed, and waited neither for a lock nor for a peer.`,
      ...sourceOnly(last.source),
    }),
  ];
}

function waitedIn(call: SystemCall, { what, wait }: (typeof WAITS)[number], isThen: boolean): TraceFact {
  return traceWaited.fact({
    case: isThen ? wait : `${wait}Undated`,
    text: `strace shows where the worker was: it waited ${what}${isThen ? '' : NO_TIME}, in ${call.text.slice(0, 140)}.`,
    ...sourceOnly(call.source),
  });
}

const TRACE_RULES = [lockRefusedInTrace, memoryRefusedInTrace, traceWaited, traceComputed] as const;
type TraceFact = FactOf<typeof TRACE_RULES>;

export const traceFamily = family({
  name: 'trace',
  about: 'What the worker asked of the kernel, and what it waited in, by `strace`.',
  rules: TRACE_RULES,
  find: traceFacts,
});
