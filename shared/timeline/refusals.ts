import { raisedLimit } from '../evidence/wording/classify-supervisor.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { secondsBetween } from '../model/time.ts';
import { operationName } from './messages.ts';
import { readLine } from './operation-lines.ts';
import { type Operation, operationWith } from './operations.ts';
import { tellsOfRefusedLock } from './server-lock-words.ts';
import { isStatedHarmless } from './stated-level.ts';

/** What a process was refused for want of something: memory, or a lock. Each is an error of its own wording. */

// MemoryError     numpy.core._exceptions._ArrayMemoryError: Unable to allocate 18.6 GiB for an array     OSError: [Errno 12] Cannot allocate memory
// FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory     PHP Fatal error:  Allowed memory size of 33554432 bytes exhausted
// terminate called after throwing an instance of 'std::bad_alloc'     memory allocation of 1048576 bytes failed (Rust, alloc.rs)
const OUT_OF_MEMORY =
  /(?:^|\n|\b)(?:\w{0,40}MemoryError(?:\b|$)|unable to allocate \d[\d.]* [KMGT]iB|cannot allocate memory\b|std::bad_alloc\b|memory allocation of \d+ bytes failed\b|JavaScript heap out of memory\b|Allowed memory size of \d+ bytes exhausted\b|java\.lang\.OutOfMemoryError\b|failed to allocate memory \(NoMemoryError\))/i;
const READ_CHARACTERS = 65_536;

/** Whether a line tells of an allocation that was refused. */
export function isAllocationRefused({ message }: EvidenceEvent): boolean {
  return OUT_OF_MEMORY.test(message.slice(0, READ_CHARACTERS));
}

/** Whether an error is one of a refusal; what its logger calls information is somebody's quotation. */
function isRefusal(event: EvidenceEvent): boolean {
  const { severity } = event;
  if (severity === 'info' || severity === 'debug' || severity === 'notice' || isStatedHarmless(event.message))
    return false;
  if (event.kind === 'database-locked' || isAllocationRefused(event)) return true;
  if (raisedLimit(event.message.slice(0, READ_CHARACTERS)) !== null) return true;
  return tellsOfRefusedLock(event.message.slice(0, READ_CHARACTERS));
}

/** Refusals of one process within so many seconds are told once: what is short stays so for a while. */
const SAME_TROUBLE_SECONDS = 600;
/** More of them tell nothing further. */
const MOST_FAILURES = 50;

// Error handling request /report/all (gunicorn)     Internal Server Error: /report/all (Django)     Exception on /report/all [GET] (Flask)
const REQUEST = /(?:Error handling request|Internal Server Error:|Exception on) (\/\S{0,200})/;

/**
 * Errors of requests that were refused memory or a lock, as work that failed: a worker answers with a 500 and lives on, and no
 * line of its own tells what it was at. Each once a while; `events` are errors in time order.
 */
export function refusedRequests(events: readonly EvidenceEvent[]): readonly Operation[] {
  const latest = new Map<number | null, EvidenceEvent>();
  const found: Operation[] = [];
  for (const event of events) {
    if (found.length >= MOST_FAILURES || !isRefusal(event)) continue;
    const before = latest.get(event.pid);
    latest.set(event.pid, event);
    if (before !== undefined && secondsBetween(before.time, event.time) <= SAME_TROUBLE_SECONDS) continue;
    found.push(failedRequest(event));
  }
  return found;
}

function failedRequest(event: EvidenceEvent): Operation {
  const line = readLine(event);
  const path = REQUEST.exec(event.message.slice(0, READ_CHARACTERS))?.[1] ?? null;
  const isKnown = event.isUndated !== true;
  return operationWith(
    {
      pid: event.pid,
      name: path === null ? null : (operationName(path) ?? path),
      jobKey: null,
      start: event.time,
      template: '',
      end: event.time,
      startIsKnown: isKnown,
      endIsKnown: isKnown,
      outcome: 'failed',
    },
    [line],
  );
}
