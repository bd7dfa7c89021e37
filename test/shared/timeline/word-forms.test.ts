import { describe, expect, it } from 'vitest';
import { WORDS } from '../../../shared/timeline/messages.ts';
import { wordForms } from '../../../shared/timeline/word-forms.ts';

const spelled = (pattern: string): readonly string[] =>
  wordForms(pattern).map(({ word, rest }) => (rest === '' ? word : `${word} +${rest}`));

describe('the words of a pattern', () => {
  it('are all that its alternatives may begin with', () => {
    expect(spelled('start(?:s|ed)?|analy[sz]ed|completed?')).toEqual([
      'start',
      'starts',
      'started',
      'analysed',
      'analyzed',
      'complete',
      'completed',
    ]);
    expect(spelled(String.raw`(?:za)?importowan[ao]|initiat\w*`)).toEqual([
      'importowana',
      'importowano',
      'zaimportowana',
      'zaimportowano',
      'initiat*',
    ]);
  });

  it('stand with what has to follow them', () => {
    expect(spelled(String.raw`kick(?:ed)? off|so far|attempt \d+|can't`)).toEqual([
      'kick + off',
      'kicked + off',
      'so + far',
      'attempt + ',
      "can +'t",
    ]);
  });

  it('are of ASCII letters; others no byte that is looked at begins', () => {
    expect(spelled('of|из')).toEqual(['of']);
  });

  it('are refused where a pattern is of more than words', () => {
    for (const pattern of [String.raw`a\s+b`, 'a{2}', '(a|b)', 'a)', '(?:a', '[a-z]', 'a+'])
      expect(() => wordForms(pattern)).toThrow(SyntaxError);
  });

  it('match the patterns that lines are read by', () => {
    for (const pattern of Object.values(WORDS)) {
      const whole = new RegExp(`^(?:${pattern})$`);
      const forms = wordForms(pattern);
      expect(forms.length).toBeGreaterThan(0);
      for (const { word, rest } of forms)
        expect(whole.test(`${word.replace('*', '')}${rest}${rest.endsWith(' ') ? '1' : ''}`)).toBe(true);
    }
  });
});
