import { describe, expect, it } from 'vitest';
import { timedText } from '../../../renderer/screens/timeline/annotate.tsx';
import { valuesOf, withoutValue } from '../../../renderer/screens/timeline/event-menu.tsx';
import { formatIsoMicros } from '../../../shared/model/time.ts';
import { parseQuery } from '../../../shared/search/parse-query.ts';
import { referenceEvents, referenceView } from '../../support/reference-case.ts';

const view = referenceView();
const [event] = referenceEvents();
if (event === undefined) throw new Error('the reference case has no events');

describe('the values of an event', () => {
  it('are left out by conditions that can be typed, whatever was typed before', () => {
    for (const { field } of valuesOf(event, view)) {
      for (const before of ['', 'timeout', 'a OR b', '"one two" -pid:3']) {
        const query = withoutValue(before, field);
        expect(parseQuery(query).problems).toEqual([]);
        const parsed = parseQuery(query).query;
        const parts = parsed?.type === 'and' ? parsed.parts : [parsed];
        expect(parts).toContainEqual({ type: 'not', part: field });
      }
    }
  });

  it('keep alternatives together', () => {
    const [pid] = valuesOf(event, view);
    if (pid === undefined) throw new Error('the event has no pid');
    expect(withoutValue('a OR b', pid.field)).toBe(`(a OR b) -pid:${event.pid}`);
  });
});

describe('a text that begins with a time', () => {
  it('is that time, on the day of the incident, and the rest', () => {
    const timed = timedText('10:30 the customer called', view, 'UTC');
    expect(timed?.text).toBe('the customer called');
    expect(formatIsoMicros(timed?.time ?? view.points[0]?.time ?? event.time)).toBe('2026-01-28T10:30:00.000000Z');
    expect(timedText('2026-01-29 09:00:05 it\nran', view, 'UTC')).toMatchObject({ text: 'it\nran' });
    expect(timedText('10:30 called', view, 'Europe/Berlin')?.time).toBe((timed?.time ?? 0) - 3_600_000_000);
  });

  it('is none without a time, or without a rest', () => {
    expect(timedText('the customer called at 10:30', view, 'UTC')).toBeNull();
    expect(timedText('10:30', view, 'UTC')).toBeNull();
  });
});
