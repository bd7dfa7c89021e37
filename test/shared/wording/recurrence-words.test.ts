import { expect, it } from 'vitest';
import type { Incident, Mechanism } from '../../../shared/model/analysis.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { recurrenceOf } from '../../../shared/timeline/recurrence.ts';
import { recurrenceWords } from '../../../shared/wording/recurrence-words.ts';

const HOUR = 3_600_000_000;
const WORDS = { 'gunicorn-timeout': 'timed out', crash: 'crashed' } as Record<Mechanism, string>;

function incidentAt(hours: number, mechanism: Mechanism, operation: string, unit: string): Incident {
  const end = epochMicros(hours * HOUR);
  return { id: '', pid: 1, unit, host: null, operation, start: end, end, mechanism, phases: [], moments: [] };
}

it('what recurs is told in sentences: how often, how it ended, in the middle of what, of which unit', () => {
  const recurrence = recurrenceOf([
    incidentAt(0, 'gunicorn-timeout', 'VPN job 14', 'api.service'),
    incidentAt(1, 'gunicorn-timeout', 'VPN job 15', 'api.service'),
    incidentAt(72, 'crash', 'nightly report 3', 'api.service'),
  ]);
  expect(recurrence).not.toBeNull();
  expect(recurrence === null ? [] : recurrenceWords(recurrence, WORDS)).toEqual([
    '3 incidents within 3 days, one every 3 days in the median.',
    '2 timed out and 1 crashed.',
    'On 2 of 4 days (UTC), at most 2 on one (1970-01-01).',
    'In the middle of: VPN job (2) and nightly report (1).',
    'All of api.service.',
  ]);
});
