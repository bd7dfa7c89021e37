import { describe, expect, it } from 'vitest';
import type { EventKind, EvidenceEvent, Severity } from '../../../shared/model/event.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { refusedRequests } from '../../../shared/timeline/refusals.ts';

const error = (
  seconds: number,
  message: string,
  { pid = 52, kind = 'worker-error', severity = 'err' }: { pid?: number; kind?: EventKind; severity?: Severity } = {},
): EvidenceEvent => ({
  row: seconds,
  time: epochMicros(seconds * 1e6),
  resolutionMicros: 1,
  timestampDesc: 'entry written',
  kind,
  message,
  pid,
  identifier: null,
  host: null,
  severity,
  unit: null,
  detail: {},
  source: { evidenceId: 'e1', byteOffset: seconds, byteLength: 1, line: null },
});

describe('requests that were refused memory or a lock', () => {
  it('is a failure of the request that gunicorn, Django and Flask name', () => {
    const names = [
      'Error handling request /report/all\nTraceback (most recent call last):\nMemoryError',
      'Internal Server Error: /report/all\nTraceback (most recent call last):\ndjango.db.utils.OperationalError: deadlock detected',
      'Exception on /report/all [GET]\nTraceback (most recent call last):\nOSError: [Errno 12] Cannot allocate memory',
    ].map((message) => refusedRequests([error(10, message)]).map(({ name, outcome }) => `${name} ${outcome}`));
    expect(names).toEqual(Array.from({ length: 3 }, () => ['/report/all failed']));
  });

  it('tells the same trouble of one process once', () => {
    const message = 'Error handling request /report\nMemoryError';
    const again = [0, 60, 120, 900, 1_000].map((seconds) => error(seconds, message));
    expect(
      refusedRequests([...again, error(1_010, message, { pid: 53 })]).map(({ start, pid }) => [start / 1e6, pid]),
    ).toEqual([
      [0, 52],
      [900, 52],
      [1_010, 53],
    ]);
  });

  it('is none for another error, nor for what is logged as information', () => {
    expect(refusedRequests([error(1, 'Error handling request /x\nKeyError: 3')])).toEqual([]);
    expect(
      refusedRequests([error(1, 'failed test: database is locked', { kind: 'database-locked', severity: 'info' })]),
    ).toEqual([]);
  });
});
