import { type FactContext, sourcesOf } from '../context/context.ts';
import { oomKillsInWindow } from '../context/oom-kills.ts';
import { tellsOfLockWait } from '../context/told-lock-waits.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds } from '../model/time.ts';
import { isAllocationRefused } from '../timeline/refusals.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

// xml.etree.ElementTree.ParseError: no element found: line 1, column 0          Source: Lib/traceback.py
const EXCEPTION =
  /(?:^|\n)([A-Za-z_][\w.]{0,120}(?:Error|Exception|Exit|Interrupt|Warning|NotFound|Timeout)\b[^\n]{0,160})\s*$/;
/** Errors of other databases that speak of a lock too (deadlock detected, Lock wait timeout exceeded, LockNotAvailable). */
const SPEAKS_OF_A_LOCK = /lock|busy/i;

/** Reasons behind which memory may have run short: the process, a child or a server was killed or refused memory. */
const SPEAKS_OF_MEMORY = /memory|alloc|killed|signal|SIGKILL|-9\b|137/i;

/**
 * An allocation that was refused: by a limit of the process (RLIMIT_AS), or because the host commits no more. The kernel
 * logs nothing of that and ends nobody, so neither its silence nor a host with free memory speaks against it.
 */
export function refusedAllocation({ record, ownEvents }: FactContext): EvidenceEvent | null {
  const lines = (record?.operation?.lines ?? []).map(({ event }) => event);
  const death = record?.death ?? null;
  // The last words of a worker that ended on it are of the process, not of a step of its work.
  const last =
    death === null || death.pid === null
      ? []
      : ownEvents.ofPid(death.pid, addSeconds(death.end.time, -LAST_WORDS_SECONDS), addSeconds(death.end.time, 1));
  const fault = death?.killer?.kind === 'segfault' ? [death.killer] : [];
  return [...lines, ...last, ...fault].find(isAllocationRefused) ?? null;
}

const READ_CHARACTERS = 65_536;
const REFUSAL =
  /\S*(?:MemoryError|bad_alloc|OutOfMemory\w*)\b|[^\n]{0,40}(?:[Cc]annot|[Uu]nable to) allocate[^\n]{0,60}/;

/** The words by which a line says that memory was refused. */
function refusedWords({ message }: EvidenceEvent): string {
  return (REFUSAL.exec(message)?.[0] ?? message.split('\n').at(-1) ?? '').trim().slice(0, 100);
}

/** The exception that ended a worker, by the last line of its traceback; null where none was logged around its end. */
export function fatalException({
  record,
  ownEvents,
}: FactContext): { readonly event: EvidenceEvent; readonly text: string } | null {
  const death = record?.death ?? null;
  if (death === null || death.pid === null) return null;
  const from = addSeconds(death.end.time, -LAST_WORDS_SECONDS);
  const lines = ownEvents.ofPid(death.pid, from, addSeconds(death.end.time, 1));
  for (const event of lines.toReversed()) {
    const text = EXCEPTION.exec(event.message.slice(0, READ_CHARACTERS))?.[1];
    if (text !== undefined) return { event, text: text.slice(0, 160) };
  }
  return null;
}

/** Between an exception and the end of its process lies the arbiter's next look. */
const LAST_WORDS_SECONDS = 10;

/** What the operation itself gave as the reason of its failure, where that is no lock, and whether memory was refused. */
function failureFacts(context: FactContext): readonly FailureFact[] {
  return [...outOfMemory(context), ...recursed(context), ...gaveReason(context)];
}

const allocationRefused = rule({
  id: 'allocation-refused',
  needs: ['service-log'],
  basis: BASIS.memoryError,
  weights: { 'memory-exhaustion': 7, 'database-lock': -1 },
  decides: { 'memory-exhaustion': 'for' },
});

function outOfMemory(context: FactContext): readonly FailureFact[] {
  const refused = refusedAllocation(context);
  if (refused === null) return [];
  return [
    allocationRefused.fact({
      text: `The operation logged a refused allocation ("${refusedWords(refused)}"): a limit of the process, or a host that commits no more. The kernel does not log these.`,
      ...sourcesOf(refused),
    }),
  ];
}

// RecursionError: maximum recursion depth exceeded     RuntimeError: maximum recursion depth (Python 2)     [Previous line repeated 981 more times]
const RECURSION =
  /\bRecursionError\b|maximum recursion depth exceeded|\[Previous line repeated \d{2,} more times\]|\bStackOverflow(?:Error|Exception)?\b/;

const recursionExceeded = rule({
  id: 'recursion-exceeded',
  needs: ['service-log'],
  basis: BASIS.recursion,
  weights: { 'infinite-loop': 8, 'database-lock': -2, 'memory-exhaustion': -1 },
  decides: { 'infinite-loop': 'for' },
});

/** What calls itself without an end is a loop that the interpreter bounds. */
function recursed({ record, ownEvents }: FactContext): readonly FailureFact[] {
  const death = record?.death ?? null;
  const last =
    death === null || death.pid === null
      ? []
      : ownEvents.ofPid(death.pid, addSeconds(death.end.time, -LAST_WORDS_SECONDS), addSeconds(death.end.time, 1));
  const lines = [...(record?.operation?.lines ?? []).map(({ event }) => event), ...last];
  const found = lines.find(({ message }) => RECURSION.test(message.slice(0, READ_CHARACTERS)));
  if (found === undefined) return [];
  return [
    recursionExceeded.fact({
      text: `The work called itself until the interpreter refused ("${RECURSION.exec(found.message)?.[0] ?? ''}"): what it walked through has a circle, or no bottom.`,
      ...sourcesOf(found),
    }),
  ];
}

const failedOtherwise = rule({
  id: 'failed-otherwise',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: { 'database-lock': -3 },
  decides: { 'database-lock': 'against' },
  cases: {
    notMemory: {
      when: 'the reason speaks neither of memory nor of a kill, and none for memory was logged meanwhile',
      // What it ran short of may be another process's: a service that it calls was killed, and it names the call.
      weights: { 'memory-exhaustion': -2 },
    },
  },
});

function gaveReason(context: FactContext): readonly FailureFact[] {
  const { record } = context;
  if (record === null || record.death !== null || record.failure === null) return [];
  const lines = record.operation?.lines ?? [];
  if (lines.some(({ event, text }) => SPEAKS_OF_A_LOCK.test(event.message) || tellsOfLockWait(text))) return [];
  const raised = lines.map(({ event }) => ({ event, text: EXCEPTION.exec(event.message)?.[1] ?? null }));
  const last = raised.findLast(({ text }) => text !== null) ?? null;
  const reason = last?.text ?? lines.findLast(({ reading }) => reading.role === 'operation-failed')?.text ?? null;
  if (reason === null) return [];
  return [
    failedOtherwise.fact({
      case: SPEAKS_OF_MEMORY.test(reason) || oomKillsInWindow(context).length > 0 ? [] : 'notMemory',
      text: `The operation logged a reason for its failure that is no lock: "${reason.slice(0, 160)}".`,
      ...sourcesOf(record.failure, last?.event === record.failure ? null : last?.event),
    }),
  ];
}

const FAILURE_RULES = [allocationRefused, recursionExceeded, failedOtherwise] as const;
type FailureFact = FactOf<typeof FAILURE_RULES>;

export const failureFamily = family({
  name: 'failure',
  about:
    'What the operation itself gave as the reason of its failure, where that is no lock, and whether memory was refused.',
  rules: FAILURE_RULES,
  find: failureFacts,
});
