import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CourseLine, keysOf, learnCourse } from '../../../shared/timeline/course.ts';
import { messageTemplate } from '../../../shared/timeline/messages.ts';
import { runs } from '../../support/properties.ts';

const lines = (...texts: readonly string[]): readonly CourseLine[] =>
  texts.map((text, second) => ({ pid: 7, time: second * 1_000_000, text, template: messageTemplate(text) }));
const times = (count: number, of: (nth: number) => readonly string[]): readonly string[] =>
  Array.from({ length: count }, (_, nth) => of(nth)).flat();

describe('the course of work', () => {
  it('is learnt from what both wordings name, in any language', () => {
    const course = learnCourse(
      lines(...times(4, (nth) => [`obliczam trasę ${3000 + nth}, 24 punktów`, `trasa ${3000 + nth} gotowa w 0.6 s`])),
    );
    expect(course.get('obliczam trasę #, # punktów')).toEqual({
      closer: 'trasa # gotowa w # s',
      runs: 4,
      longestSeconds: 1,
    });
    expect(course.size).toBe(1);
  });

  it('is not learnt from a few, nor where the same follows as a rule in no way', () => {
    expect(learnCourse(lines(...times(2, (nth) => [`open ${100 + nth}`, `shut ${100 + nth}`]))).size).toBe(0);
    const endings = ['kept', 'moved', 'sold', 'lost', 'burnt', 'eaten'];
    expect(learnCourse(lines(...times(6, (nth) => [`open ${100 + nth}`, `${endings[nth]} ${100 + nth}`]))).size).toBe(
      0,
    );
  });

  it('tells the lines of two processes apart', () => {
    const mixed = times(4, (nth) => [`take ${500 + nth}`]).map((text, nth) => ({ ...lines(text)[0], pid: nth % 2 }));
    const closed = times(4, (nth) => [`give ${500 + nth}`]).map((text, nth) => ({
      ...lines(text)[0],
      pid: (nth + 1) % 2,
    }));
    expect(learnCourse([...mixed, ...closed] as CourseLine[]).size).toBe(0);
  });

  it('takes time and memory by the number of lines, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 }), { maxLength: 60 }), (texts) => {
        for (const { runs: seen, longestSeconds } of learnCourse(lines(...texts)).values()) {
          expect(seen).toBeLessThanOrEqual(texts.length);
          expect(longestSeconds).toBeLessThanOrEqual(texts.length);
        }
      }),
      { numRuns: runs(200) },
    );
    const many = lines(...times(30_000, (nth) => [`open ${nth + 100}`]));
    expect(learnCourse(many).size).toBe(0);
  });
});

it.each([
  ['checking comment 88089 (297 characters) against 37 patterns', ['88089', '297', 'against 37']],
  ['Verarbeite Artikel SKU-4711-A', ['sku-4711-a']],
  ['import of job #14 done in 7.1 s, 45% of 866 ms', ['job 14']],
  ['rendering tile 14/8801/5370', ['14/8801/5370']],
  ['nothing is named', []],
])('%s names %j', (text, keys) => {
  expect(keysOf(text)).toEqual(keys);
});
