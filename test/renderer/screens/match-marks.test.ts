import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesOf } from '../../../renderer/screens/timeline/match-marks.tsx';

const marked = (query: string, text: string): readonly string[] =>
  (matchesOf(query)?.(text) ?? []).map(({ from, to }) => text.slice(from, to));

describe('matches of a search within a message', () => {
  it('are its words, phrases and patterns, wherever they stand and in any case', () => {
    expect(marked('batch', 'Batch 3: batch done')).toEqual(['Batch', 'batch']);
    expect(marked('"job 95" OR failed', 'job 95 FAILED')).toEqual(['job 95', 'FAILED']);
    expect(marked('/[0-9]+/', 'batch 79158')).toEqual(['79158']);
  });

  it('are none of what must not be there, and of fields', () => {
    expect(marked('-batch', 'batch')).toEqual([]);
    expect(matchesOf('pid:3')).toBeNull();
    expect(matchesOf('(')).toBeNull();
  });

  it('that touch or overlap are one', () => {
    expect(marked('time timeout meo', 'WORKER TIMEOUT')).toEqual(['TIMEOUT']);
  });

  it('are not looked for by patterns that may take long', () => {
    expect(matchesOf('/(a+)+b/')).toBeNull();
    expect(matchesOf('/(a|aa)*b/')).toBeNull();
    expect(matchesOf('/a*a*a*a*b/')).toBeNull();
  });

  it('lie in the text, in their order and apart from each other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-c]{1,3}$/), (text, word) => {
        const ranges = matchesOf(word)?.(text) ?? [];
        let end = -1;
        for (const { from, to } of ranges) {
          expect(from).toBeGreaterThan(end);
          expect(to).toBeLessThanOrEqual(text.length);
          end = to;
        }
      }),
    );
  });
});
