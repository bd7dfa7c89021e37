import { describe, expect, it } from 'vitest';
import { epochMicros, formatIsoMicros } from '../../../shared/model/time.ts';
import { parseTime } from '../../../shared/search/parse-time.ts';
import { resolveTime } from '../../../shared/search/resolve-time.ts';

const at = (iso: string) => epochMicros(Date.parse(iso) * 1000);
const INCIDENT = {
  first: at('2026-01-27T22:00:00Z'),
  last: at('2026-01-28T06:00:00Z'),
  incident: at('2026-01-28T04:10:22Z'),
};

function stretch(text: string, zone = 'UTC', times: Parameters<typeof resolveTime>[2] = INCIDENT): string | null {
  const time = parseTime(text);
  if (time === null) throw new Error(`${text} is no time`);
  const found = resolveTime(time, zone, times);
  if (found === null) return null;
  return `${formatIsoMicros(epochMicros(found.from))} ${(found.to - found.from) / 1e6}`;
}

describe('a typed time', () => {
  it('names a stretch as long as it is precise', () => {
    expect(stretch('04:12')).toBe('2026-01-28T04:12:00.000000Z 60');
    expect(stretch('4:12:15')).toBe('2026-01-28T04:12:15.000000Z 1');
    expect(stretch('04:12:15.229')).toBe('2026-01-28T04:12:15.229000Z 0.001');
    expect(stretch('04:12:15,229579')).toBe('2026-01-28T04:12:15.229579Z 0.000001');
    expect(stretch('2026-01-28')).toBe('2026-01-28T00:00:00.000000Z 86400');
    expect(stretch('2026-01-28 04:12')).toBe('2026-01-28T04:12:00.000000Z 60');
  });

  it('is of the incident’s day, or of the day on which the case has it', () => {
    expect(stretch('03:00')).toBe('2026-01-28T03:00:00.000000Z 60');
    expect(stretch('23:00')).toBe('2026-01-27T23:00:00.000000Z 60');
    // Nowhere in the case: the incident's own day.
    expect(stretch('12:00')).toBe('2026-01-28T12:00:00.000000Z 60');
    expect(stretch('23:00', 'UTC', { ...INCIDENT, incident: null })).toBe('2026-01-27T23:00:00.000000Z 60');
    expect(stretch('23:00', 'UTC', { first: null, last: null, incident: null })).toBeNull();
  });

  it('is read in the display zone unless it says its own', () => {
    expect(stretch('05:12', 'Europe/Berlin')).toBe('2026-01-28T04:12:00.000000Z 60');
    expect(stretch('2026-01-28', 'Europe/Berlin')).toBe('2026-01-27T23:00:00.000000Z 86400');
    expect(stretch('2026-01-28T04:12Z', 'Europe/Berlin')).toBe('2026-01-28T04:12:00.000000Z 60');
    expect(stretch('2026-01-28T04:12+0530', 'Europe/Berlin')).toBe('2026-01-27T22:42:00.000000Z 60');
    expect(stretch('05:12+01:00')).toBe('2026-01-28T04:12:00.000000Z 60');
    // In Auckland the incident of 04:10 UTC is in the afternoon of the same day.
    expect(stretch('17:12', 'Pacific/Auckland')).toBe('2026-01-28T04:12:00.000000Z 60');
  });

  it('takes in both hours that a clock shows twice, and knows the one that it leaves out', () => {
    expect(stretch('2025-10-26 02:30', 'Europe/Berlin')).toBe('2025-10-26T00:30:00.000000Z 3660');
    expect(stretch('2025-10-26', 'Europe/Berlin')).toBe('2025-10-25T22:00:00.000000Z 90000');
    expect(stretch('2026-03-29 02:30', 'Europe/Berlin')).toBeNull();
    expect(stretch('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000000Z 82800');
  });

  it('is none when it does not exist', () => {
    for (const text of ['', '25:00', '4', '2026-02-30', '2026-01-28T', '04:12+15:00', '04:60', '04:12:15.1234567']) {
      expect(parseTime(text)).toBeNull();
    }
  });
});
