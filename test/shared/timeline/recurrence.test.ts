import { describe, expect, it } from 'vitest';
import type { Incident, Mechanism } from '../../../shared/model/analysis.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { operationKind, recurrenceOf, similarBefore } from '../../../shared/timeline/recurrence.ts';

const HOUR = 3_600;

function incident(id: string, hours: number, operation: string | null, mechanism: Mechanism): Incident {
  const end = epochMicros(hours * HOUR * 1e6);
  return {
    id,
    pid: 1,
    unit: 'api.service',
    host: null,
    operation,
    start: end,
    end,
    mechanism,
    phases: [],
    moments: [],
  };
}

const WEEK = [
  incident('i1', 3, 'VPN job 14', 'gunicorn-timeout'),
  incident('i2', 27, 'vpn job 15', 'gunicorn-timeout'),
  incident('i3', 30, 'wifi job 3', 'kernel-oom'),
  incident('i4', 51, 'VPN job 14', 'gunicorn-timeout'),
];

describe('how often incidents happen', () => {
  it('is told by mechanism, kind of operation and day, with what all have in common', () => {
    expect(recurrenceOf(WEEK)).toEqual({
      count: 4,
      from: WEEK[0]?.end,
      to: WEEK[3]?.end,
      medianGapSeconds: 21 * HOUR,
      byMechanism: [
        { mechanism: 'gunicorn-timeout', count: 3 },
        { mechanism: 'kernel-oom', count: 1 },
      ],
      byOperation: [
        { operation: 'VPN job', count: 3 },
        { operation: 'wifi job', count: 1 },
      ],
      byDay: [
        { day: 0, count: 1 },
        { day: 24 * HOUR * 1e6, count: 2 },
        { day: 48 * HOUR * 1e6, count: 1 },
      ],
      common: { mechanism: null, operation: null, operationKind: null, unit: 'api.service', lastStep: null },
    });
    expect(recurrenceOf(WEEK.slice(0, 1))).toBeNull();
  });

  it('takes several deaths of one moment for one event', () => {
    const [first, second] = [
      incident('i1', 3, null, 'gunicorn-timeout'),
      incident('i2', 3.0001, null, 'gunicorn-timeout'),
    ];
    const pair = [
      { ...first, together: ['i2'] },
      { ...second, together: ['i1'] },
    ];
    const later = incident('i3', 9, null, 'gunicorn-timeout');
    expect(recurrenceOf(pair)).toBeNull();
    expect(similarBefore(pair, pair[1] ?? later)).toEqual([]);
    expect(recurrenceOf([...pair, later])?.count).toBe(2);
    expect(similarBefore([...pair, later], later).map(({ id }) => id)).toEqual(['i1']);
  });

  it('finds those before that ended the same way in the same kind of work', () => {
    const ids = (id: number) => similarBefore(WEEK, WEEK[id] ?? incident('', 0, null, 'none')).map((each) => each.id);
    expect(ids(3)).toEqual(['i1', 'i2']);
    expect(ids(2)).toEqual([]);
    expect(ids(0)).toEqual([]);
    expect(operationKind('Routing build v2.3-88')).toBe(operationKind('routing build v2.3-90'));
  });
});
