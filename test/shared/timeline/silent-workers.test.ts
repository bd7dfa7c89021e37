import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventKind, EvidenceEvent } from '../../../shared/model/event.ts';
import { addSeconds, type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import { SilentWorkers } from '../../../shared/timeline/silent-workers.ts';
import type { WorkerLife } from '../../../shared/timeline/workers.ts';
import { EventArray } from '../../support/event-array.ts';
import { runs } from '../../support/properties.ts';

const at = (seconds: number): EpochMicros => epochMicros(seconds * 1e6);

const line = (row: number, pid: number, time: EpochMicros, kind: EventKind = 'log'): EvidenceEvent => ({
  row,
  time,
  resolutionMicros: 1,
  timestampDesc: 'entry written',
  kind,
  message: '',
  pid,
  identifier: null,
  host: null,
  severity: null,
  unit: null,
  detail: {},
  source: { evidenceId: 'e1', byteOffset: row, byteLength: 1, line: null },
});

/** A journal of lines by pid and second, that counts how often it is asked. */
class CountedEvents extends EventArray {
  asked = 0;

  override hasOfPid(pid: number, from: EpochMicros, to: EpochMicros): boolean {
    this.asked += 1;
    return super.hasOfPid(pid, from, to);
  }

  override lastOfPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds?: readonly EventKind[],
  ): EpochMicros | null {
    this.asked += 1;
    return super.lastOfPid(pid, from, to, kinds);
  }
}

function journalOf(
  lines: readonly { readonly pid: number; readonly seconds: number; readonly kind?: EventKind }[],
): CountedEvents {
  const sorted = [...lines].sort((a, b) => a.seconds - b.seconds);
  return new CountedEvents(sorted.map(({ pid, seconds, kind }, row) => line(row, pid, at(seconds), kind)));
}

const lifeOf = (pid: number, seconds: number): WorkerLife => ({
  pid,
  boot: null,
  about: [],
  from: at(seconds),
  until: null,
});

/** What is meant, asked of every worker anew. */
function meant(waiting: readonly WorkerLife[], boot: EpochMicros, events: EventArray): WorkerLife | null {
  const candidates = waiting.filter(
    ({ pid, from }) => from < boot && !events.hasOfPid(pid, addSeconds(boot, 0.5), addSeconds(boot, 86_400)),
  );
  const atWork = candidates.filter(({ pid, from }) =>
    events.ofPid(pid, addSeconds(from, 0.5), boot).some(({ kind }) => kind !== 'process-sample'),
  );
  return (candidates.length === 1 ? candidates[0] : atWork.length === 1 ? atWork[0] : null) ?? null;
}

/** Quarters of a second and halves of a day: near the slack of stamps and near the silence of a day. */
const moment = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 12 }))
  .map(([halfDays, quarters]) => halfDays * 43_200 + quarters / 4);

describe('workers that nobody has logged the end of', () => {
  it('are taken as if each were looked at anew at each boot', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            pid: fc.integer({ min: 1, max: 4 }),
            seconds: moment,
            kind: fc.constantFrom('log' as const, 'process-sample' as const),
          }),
          { maxLength: 12 },
        ),
        fc.array(fc.record({ pid: fc.integer({ min: 1, max: 4 }), seconds: moment }), { maxLength: 8 }),
        (lines, boots) => {
          const events = journalOf(lines);
          const silent = new SilentWorkers(events);
          let waiting: WorkerLife[] = [];
          for (const { pid, seconds } of [...boots].sort((a, b) => a.seconds - b.seconds)) {
            const expected = meant(waiting, at(seconds), events);
            expect(silent.takeReplacedAt(at(seconds))).toBe(expected);
            waiting = waiting.filter((life) => life !== expected);
            const life = lifeOf(pid, seconds);
            waiting.push(life);
            silent.add(life);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('are forgotten with their arbiter', () => {
    const silent = new SilentWorkers(journalOf([]));
    const [old, young] = [lifeOf(1, 10), lifeOf(2, 30)];
    silent.add(old);
    silent.add(young);
    silent.forgetBefore(at(20));
    expect(silent.takeReplacedAt(at(40))).toBe(young);
    expect(silent.takeReplacedAt(at(50))).toBeNull();
  });

  it('cost a few questions each, however many of them there are', () => {
    const count = 200;
    const lines = Array.from({ length: count }, (_, index) => ({ pid: index, seconds: index * 100 + 10 }));
    const events = journalOf(lines);
    const silent = new SilentWorkers(events);
    // Two fall silent at a time, both at work: none can be told, and all of them wait on.
    for (let index = 0; index < count; index += 2) {
      expect(silent.takeReplacedAt(at(index * 100))).toBeNull();
      silent.add(lifeOf(index, index * 100));
      silent.add(lifeOf(index + 1, index * 100));
    }
    expect(events.asked).toBeLessThan(5 * count);
  });
});
