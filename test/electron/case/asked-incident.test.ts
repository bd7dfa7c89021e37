import { describe, expect, it } from 'vitest';
import { choiceOf } from '../../../electron/case/asked-incident.ts';
import { readArguments } from '../../../electron/cli/arguments.ts';
import type { Incident } from '../../../shared/model/analysis.ts';
import { epochMicros, formatIsoMicros } from '../../../shared/model/time.ts';
import { parseTime } from '../../../shared/search/parse-time.ts';

const at = (iso: string) => epochMicros(Date.parse(iso) * 1000);
const incident = (id: string, pid: number, start: string, end: string): Incident => ({
  id,
  pid,
  unit: null,
  host: null,
  operation: null,
  start: at(start),
  end: at(end),
  mechanism: 'none',
  phases: [],
  moments: [],
});
const INCIDENTS = [
  incident('i1', 100, '2026-01-26T04:10:00Z', '2026-01-26T04:12:10Z'),
  incident('i2', 200, '2026-01-28T23:59:30Z', '2026-01-29T00:00:30Z'),
];
const TIMES = { first: at('2026-01-25T00:00:00Z'), last: at('2026-01-30T00:00:00Z') };

function asked(text: string, pid: number | null = null): string | undefined {
  const choice = choiceOf({ at: parseTime(text), pid }, INCIDENTS, TIMES);
  return choice.at === undefined ? undefined : formatIsoMicros(choice.at).slice(0, 19);
}

describe('an incident that is asked for', () => {
  it('by a time of day is looked for on the day of the incident nearest to it', () => {
    expect(asked('04:12')).toBe('2026-01-26T04:12:30');
    expect(asked('23:59')).toBe('2026-01-28T23:59:30');
    expect(asked('2026-01-28 04:12')).toBe('2026-01-28T04:12:30');
    expect(asked('04:12', 200)).toBe('2026-01-28T04:12:30');
  });

  it('is read from the command line, and what is none is refused', () => {
    expect(readArguments(['analyze', 'x', '--pid', '23333'])).toMatchObject({ incident: { pid: 23333, at: null } });
    expect(readArguments(['analyze', 'x', '--at', '04:12'])).toMatchObject({ incident: { at: { text: '04:12' } } });
    expect(readArguments(['analyze', 'x'])).toMatchObject({ incident: null });
    expect(readArguments(['analyze', 'x', '--pid', '-3'])).toMatchObject({ type: 'usage-error' });
    expect(readArguments(['analyze', 'x', '--at', 'noon'])).toMatchObject({ type: 'usage-error' });
  });
});
