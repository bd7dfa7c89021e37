import { describe, expect, it } from 'vitest';
import type { Incident, Mechanism } from '../../../shared/model/analysis.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { chooseIncident, NoSuchIncident } from '../../../shared/timeline/choose-incident.ts';
import type { IncidentRecord } from '../../../shared/timeline/incident-record.ts';

const second = (seconds: number) => epochMicros(seconds * 1e6);

/** A failed operation (mechanism `none`) or, with any other mechanism, a death; only what choosing looks at. */
function record(id: string, pid: number, from: number, to: number, mechanism: Mechanism = 'none'): IncidentRecord {
  const incident: Incident = {
    id,
    pid,
    unit: null,
    host: null,
    operation: null,
    start: second(from),
    end: second(to),
    mechanism,
    phases: [],
    moments: [],
  };
  return { incident, place: null, death: null, operation: null, failure: null };
}

const RECORDS = [
  record('i1', 100, 0, 40),
  record('i2', 200, 100, 140),
  record('i3', 100, 200, 240),
  record('i4', 300, 205, 230),
];
const idOf = (choice: Parameters<typeof chooseIncident>[1]): string | undefined =>
  chooseIncident(RECORDS, choice)?.incident.id;

describe('the incident that is analysed', () => {
  it('is the one of an id or a pid', () => {
    expect(idOf({ incidentId: 'i2' })).toBe('i2');
    expect(idOf({ pid: 200 })).toBe('i2');
    // Of a pid that was used again: the worst of equals is the latest.
    expect(idOf({ pid: 100 })).toBe('i3');
  });

  it('is the one under way at a time, else the nearest before or after it', () => {
    expect(idOf({ at: second(20) })).toBe('i1');
    expect(idOf({ at: second(41) })).toBe('i1');
    expect(idOf({ at: second(99) })).toBe('i2');
    expect(idOf({ at: second(1e6) })).toBe('i3');
    expect(idOf({ at: second(20), pid: 300 })).toBe('i4');
    expect(idOf({ at: second(20), pid: 100 })).toBe('i1');
  });

  it('is none without incidents, and what is not there is refused by name', () => {
    expect(chooseIncident([], null)).toBeNull();
    expect(() => chooseIncident([], { pid: 1 })).toThrow('There is no incident in this case.');
    expect(() => idOf({ pid: 7 })).toThrow(NoSuchIncident);
    expect(() => idOf({ pid: 7 })).toThrow(
      /of pid 7\. There are:\n {2}i1: 1970-01-01T00:00:40\.000000Z, pid 100, none\n/,
    );
  });
});
