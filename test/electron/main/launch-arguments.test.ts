import { describe, expect, it } from 'vitest';
import { evidenceArguments } from '../../../electron/main/launch-arguments.ts';

describe('evidenceArguments', () => {
  it('takes what is no switch', () => {
    expect(evidenceArguments(['/opt/Inquest/inquest', '--no-sandbox', 'a.tar.gz', '-x', 'b'], false)).toEqual([
      'a.tar.gz',
      'b',
    ]);
    expect(evidenceArguments(['/opt/Inquest/inquest'], false)).toEqual([]);
  });

  it('leaves out the app itself when run from source', () => {
    expect(evidenceArguments(['electron', '--no-sandbox', '.', 'a.tar.gz'], true)).toEqual(['a.tar.gz']);
    expect(evidenceArguments(['electron', '.'], true)).toEqual([]);
  });

  it('takes everything after -- as a name', () => {
    expect(evidenceArguments(['inquest', 'a', '--', '-odd.log', '--', 'b'], false)).toEqual([
      'a',
      '-odd.log',
      '--',
      'b',
    ]);
  });
});
