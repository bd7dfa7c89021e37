import { expect, it } from 'vitest';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, parse } from '../support.ts';

const BEFORE = '5a1de3f6b1f64bb9a2f4f7c2f0f2d1aa';
const AFTER = 'a240791736fc4f16beaa9416bb346a34';
const timesOf = (text: string, offsetMinutes = 0): readonly string[] =>
  parse('journal-boots', bytesOf(text), { offsetMinutes }).events.map(({ time }) => formatIsoMicros(time));

it('gives each boot as an event at its first entry, with its last', () => {
  const { events, problems, time } = parse('journal-boots', fixture('host/journal-boots.txt'));
  expect(problems).toEqual([]);
  expect(time?.offsetMinutes).toBeNull();
  expect(events.map(({ kind, time: at, message }) => [kind, formatIsoMicros(at), message])).toEqual([
    [
      'notice',
      '2025-11-30T22:00:00.000000Z',
      `Boot ${BEFORE}: first entry Sun 2025-11-30 22:00:00 UTC, last entry Sun 2025-11-30 22:41:04 UTC`,
    ],
    [
      'notice',
      '2025-11-30T22:41:40.000000Z',
      `Boot ${AFTER}: first entry Sun 2025-11-30 22:41:40 UTC, last entry Sun 2025-11-30 23:00:00 UTC`,
    ],
  ]);
});

it('reads the stamps in the zone that they name, else in that of the context', () => {
  const row = (zone: string): string =>
    `  0 ${AFTER} Sun 2025-11-30 23:41:40 ${zone} Mon 2025-12-01 00:00:00 ${zone}\n`;
  expect(timesOf(row('CET'))).toEqual(['2025-11-30T22:41:40.000000Z']);
  expect(timesOf(row('-03'))).toEqual(['2025-12-01T02:41:40.000000Z']);
  // India, Israel and Ireland
  expect(timesOf(row('IST'), 330)).toEqual(['2025-11-30T18:11:40.000000Z']);
});

it('reads the layout without a header, with a dash between the stamps', () => {
  expect(timesOf(`-1 ${BEFORE} Sun 2025-11-30 22:00:00 UTC—Sun 2025-11-30 22:41:04 UTC\n`)).toHaveLength(1);
});

it('reports what is no row, and a date that does not exist, once for a stretch', () => {
  const text = `  0 ${AFTER} Sun 2025-13-30 22:00:00 UTC Sun 2025-11-30 22:41:04 UTC\n  0 ${AFTER.slice(1)} Sun\n`;
  const { events, problems } = parse('journal-boots', bytesOf(text));
  expect(events).toEqual([]);
  expect(problems.map(({ kind, byteOffset }) => [kind, byteOffset])).toEqual([['malformed-record', 0]]);
});

it('says when the file ends within its last row', () => {
  const bytes = fixture('host/journal-boots.txt');
  const { events, problems } = parse('journal-boots', bytes.subarray(0, bytes.length - 1));
  expect(events).toHaveLength(2);
  expect(problems.map(({ kind }) => kind)).toEqual(['truncated']);
});
