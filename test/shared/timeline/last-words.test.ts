import { describe, expect, it } from 'vitest';
import type { EvidenceEvent, Severity } from '../../../shared/model/event.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { failedWork } from '../../../shared/timeline/failed-work.ts';
import { habitsOf, NO_HABITS } from '../../../shared/timeline/habits.ts';
import { lastWords } from '../../../shared/timeline/last-words.ts';
import type { Operation } from '../../../shared/timeline/operations.ts';
import { ProcessLogs } from '../../../shared/timeline/process-logs.ts';
import { Speakers } from '../../../shared/timeline/speakers.ts';
import { EventArray } from '../../support/event-array.ts';

type Said = readonly [seconds: number, message: string, severity?: Severity];

const eventsOf = (lines: readonly Said[]): readonly EvidenceEvent[] =>
  lines.map(([seconds, message, severity = 'info'], row) => ({
    row,
    time: epochMicros(Math.round(seconds * 1e6)),
    resolutionMicros: 1,
    timestampDesc: 'entry written',
    kind: 'log',
    message,
    pid: 7,
    identifier: null,
    host: null,
    severity,
    unit: null,
    detail: {},
    source: { evidenceId: 'e1', byteOffset: row, byteLength: 1, line: null },
  }));

const wordsOf = (lines: readonly Said[]): string | null =>
  lastWords(eventsOf(lines), NO_HABITS)?.lines[0]?.text ?? null;

describe('what a worker was at, by its last words', () => {
  it('is its last statement, in any language', () => {
    expect(
      wordsOf([
        [0, 'Creo miniature della raccolta 23'],
        [7, 'lastra 19 di 140 lastre'],
      ]),
    ).toBe('Creo miniature della raccolta 23');
  });

  it('begins with what stands near before, or names the same thing', () => {
    const lines: Said[] = [
      [0, 'Inlezen van testronde 88'],
      [0.3, '13500 testgevallen gelezen'],
      [1.9, 'Melding naar chat sturen'],
    ];
    expect(wordsOf(lines)).toBe('Inlezen van testronde 88');
    expect(
      wordsOf([
        [0, 'picked batch 2210'],
        [90, 'other matter'],
        [160, 'resampling batch 2210'],
      ]),
    ).toBe('resampling batch 2210');
    expect(
      wordsOf([
        [0, 'picked batch 2210'],
        [60, 'resampling batch 2210'],
      ]),
    ).toBe('picked batch 2210');
  });

  it('passes over the rounds of a loop to what stands before the first', () => {
    const rounds = Array.from(
      { length: 30 },
      (_, round): Said => [1 + round, `hoja ${round % 3} -> ${(round + 1) % 3}`],
    );
    expect(wordsOf([[0, 'Planificando ruta 12'], ...rounds])).toBe('Planificando ruta 12');
  });

  it('is none behind a line that closes it, nor what an error or the server says', () => {
    expect(
      wordsOf([
        [0, 'Pedido 66120'],
        [1, 'Pedido 66120 cobrado in 0.9 s'],
      ]),
    ).toBeNull();
    expect(
      wordsOf([
        [0, 'Waiting for application startup.'],
        [1, 'ValueError: 3', 'err'],
      ]),
    ).toBeNull();
  });

  it('takes warnings where the service logs nothing else', () => {
    expect(
      wordsOf([
        [0, 'Overzicht 2019 wordt opgebouwd', 'warning'],
        [2, '1.200.000 in het geheugen', 'warning'],
      ]),
    ).toBe('Overzicht 2019 wordt opgebouwd');
  });

  it('leaves out what is said over and over of nothing else', () => {
    const scales = Array.from({ length: 8 }, (_, at): Said => [at * 20, `Stockwaage ${at} wiegt`]);
    const lines: Said[] = [...scales, [142, 'Buche Ernte']];
    const events = eventsOf(lines);
    expect(lastWords(events, habitsOf(new EventArray(events)))?.lines.map(({ text }) => text)).toEqual(['Buche Ernte']);
  });
});

describe('work that an error ends', () => {
  const failures = (said: readonly Said[]): readonly Operation[] => {
    const events = new EventArray(eventsOf(said));
    const lines = new ProcessLogs(events, new Speakers(events), NO_HABITS).ofPid(7, epochMicros(0), epochMicros(1e15));
    return failedWork(lines, lines.placesOf(events.rowsOfSeverities(['err'], said.length)), NO_HABITS, () => false);
  };

  it('is found by what both name', () => {
    const [failed, ...others] = failures([
      [0, 'Transcodage de la conférence 614'],
      [150, 'Échec du transcodage de la conférence 614', 'err'],
      [300, 'Transcodage de la conférence 615'],
    ]);
    expect(failed?.lines.map(({ text }) => text)).toEqual([
      'Transcodage de la conférence 614',
      'Échec du transcodage de la conférence 614',
    ]);
    expect(others).toEqual([]);
  });

  it('is none for an error that names nothing that was begun', () => {
    expect(
      failures([
        [0, 'Transcodage de la conférence 614'],
        [9, 'mail server 3 is away', 'err'],
      ]),
    ).toEqual([]);
  });
});
