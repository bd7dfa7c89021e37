import { describe, expect, it } from 'vitest';
import type { Incident, Mechanism } from '../../../shared/model/analysis.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { incidentBins, operationKind, recurrenceOf, recurrenceWords } from '../../../shared/timeline/recurrence.ts';
import { referenceAnalysis } from '../../support/reference-case.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 25) * 1000;

function incidentAt(
  micros: number,
  mechanism: Mechanism = 'gunicorn-timeout',
  operation: string | null = null,
): Incident {
  const { incident } = referenceAnalysis();
  if (incident === null) throw new Error('the reference case has no incident');
  const end = epochMicros(START + micros);
  return { ...incident, start: end, end, mechanism, operation };
}

const WORDS = { 'gunicorn-timeout': 'timed out', crash: 'crashed' } as Record<Mechanism, string>;

describe('recurrence', () => {
  it('is nothing for a single incident', () => {
    expect(recurrenceOf([])).toBeNull();
    expect(recurrenceOf([incidentAt(0)])).toBeNull();
  });

  it('counts mechanisms and kinds of operations, whatever the order', () => {
    const incidents = [
      incidentAt(3 * DAY, 'crash', 'nightly report 3'),
      incidentAt(0, 'gunicorn-timeout', 'VPN job 14'),
      incidentAt(HOUR, 'gunicorn-timeout', 'VPN job 15'),
    ];
    const recurrence = recurrenceOf(incidents);
    expect(recurrence).toMatchObject({
      count: 3,
      mechanisms: [
        { value: 'gunicorn-timeout', count: 2 },
        { value: 'crash', count: 1 },
      ],
      operations: [
        { value: 'VPN job', count: 2 },
        { value: 'nightly report', count: 1 },
      ],
    });
    if (recurrence === null) return;
    expect(recurrenceWords(recurrence, WORDS).slice(0, 3)).toEqual([
      '3 incidents within 3 days, one every 3 days in the median.',
      '2 timed out and 1 crashed.',
      'In the middle of: VPN job (2) and nightly report (1).',
    ]);
  });

  it('tells kinds of operations by their names without the number', () => {
    expect(['VPN job 14', 'import #7', 'job-2026-01-28', 'cleanup', '42'].map(operationKind)).toEqual([
      'VPN job',
      'import',
      'job',
      'cleanup',
      '42',
    ]);
  });
});

describe('bins of incidents', () => {
  it('hold every incident once, within their own stretch of whole hours or days', () => {
    const incidents = Array.from({ length: 40 }, (_, index) => incidentAt(index * 4 * HOUR + 17_000_000));
    for (const most of [2, 10, 60]) {
      const bins = incidentBins(incidents, most);
      expect(bins.length).toBeLessThanOrEqual(most);
      expect(bins.reduce((sum, { total }) => sum + total, 0)).toBe(40);
      expect(bins[0]?.from).toBeLessThanOrEqual(START);
      expect((bins[0]?.from ?? 1) % HOUR).toBe(0);
    }
    expect(incidentBins(incidents, 60)[0]).toMatchObject({ to: START + 3 * HOUR, total: 1 });
  });

  it('stay few for a century of incidents', () => {
    const bins = incidentBins([incidentAt(0), incidentAt(36_500 * DAY)], 60);
    expect(bins.length).toBeLessThanOrEqual(60);
    expect(bins.at(-1)?.total).toBe(1);
  });
});
