import { describe, expect, it } from 'vitest';
import {
  baseName,
  formatDelta,
  formatEventTime,
  formatInstant,
  formatOffset,
  formatShare,
  formatWeight,
  timeResolutionWords,
} from '../../renderer/format.ts';
import { pidsOf } from '../../renderer/screens/timeline/filter-bar.tsx';
import { epochMicros } from '../../shared/model/time.ts';

const time = epochMicros(Date.UTC(2026, 0, 28, 4, 12, 15) * 1000 + 229_579);

describe('figures on screen', () => {
  it.each([
    [0, '0'],
    [5_740, '+0.005740 s'],
    [-20_659_131, '−20.659131 s'],
    [-113_159_000, '−1:53.159 min'],
    [3_600_000_000, '+1:00:00 h'],
    [-200_000_000_000, '−2 d 7 h'],
  ])('gives the delta %i µs as %s', (micros, text) => {
    expect(formatDelta(micros)).toBe(text);
  });

  it('never shows more decimals than the source states', () => {
    expect(formatEventTime(time, 1)).toBe('04:12:15.229579');
    expect(formatEventTime(time, 1_000)).toBe('04:12:15.229');
    expect(formatEventTime(time, 1_000_000)).toBe('04:12:15');
  });

  it('names the zone of an instant', () => {
    expect(formatInstant(time)).toBe('2026-01-28 04:12:15.229579 UTC');
    expect(formatOffset(0)).toBe('UTC');
    expect(formatOffset(120)).toBe('UTC+02:00');
    expect(formatOffset(-210)).toBe('UTC−03:30');
  });

  it('never rounds a part to none or to all', () => {
    expect(formatShare(1, 110_000)).toBe('< 0.1 %');
    expect(formatShare(109_999, 110_000)).toBe('> 99.9 %');
    expect(formatShare(110_000, 110_000)).toBe('100.0 %');
    expect(formatShare(0, 0)).toBe('–');
  });

  it('signs weights', () => {
    expect(formatWeight(2.34)).toBe('+2.3');
    expect(formatWeight(-1)).toBe('−1.0');
  });

  it('takes the last part of a path', () => {
    expect(baseName('case.tar.gz/journal/unit.log')).toBe('unit.log');
    expect(baseName('unit.log')).toBe('unit.log');
  });
});

describe('what a person typed as pids', () => {
  it.each([
    ['23333', [23333]],
    ['23333, 23334 23333', [23333, 23334]],
    ['none', []],
    ['99999999999', []],
  ])('reads %j', (text, pids) => {
    expect(pidsOf(text)).toEqual(pids);
  });
});

describe('how stamps became instants', () => {
  it('says what was assumed', () => {
    expect(
      timeResolutionWords({ offsetMinutes: 120, zoneFrom: 'assumed', year: 2026, yearFrom: 'other-source' }),
    ).toEqual({
      zone: 'UTC+02:00, assumed',
      year: 'year 2026, taken from other evidence',
    });
    expect(timeResolutionWords({ offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' }).zone).toBe(
      'zone in every stamp',
    );
  });
});
