import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../shared/model/analysis.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { incidentBins } from '../../../shared/timeline/incident-bins.ts';
import { referenceAnalysis } from '../../support/reference-case.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 25) * 1000;

function incidentAt(micros: number): Incident {
  const { incident } = referenceAnalysis();
  if (incident === null) throw new Error('the reference case has no incident');
  const end = epochMicros(START + micros);
  return { ...incident, start: end, end };
}

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
