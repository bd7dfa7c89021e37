import { describe, expect, it } from 'vitest';
import type { AppliedRule } from '../../../shared/model/rules.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { ruleFilesOf } from '../../../shared/rules/rule-files.ts';

const rule = (id: string, file: string, rows: readonly number[]): AppliedRule => ({
  id,
  title: `title of ${id}`,
  file,
  line: 4,
  tags: [],
  fact: null,
  hits: rows.map((row) => ({ row, time: epochMicros(row) })),
  hitCount: rows.length,
});

describe('files of rules as the window lists them', () => {
  it('have their rules with how often each matched, and their problems; a file of problems alone is one', () => {
    const problem = { path: 'bad.yaml', kind: 'malformed-record', message: 'Line 1: no' } as const;
    const outcome = {
      rules: [rule('a', 'good.yaml', [7, 9]), rule('b', 'other.yaml', []), rule('c', 'good.yaml', [])],
      problems: [problem],
    };
    expect(ruleFilesOf(outcome)).toEqual([
      {
        path: 'good.yaml',
        rules: [
          { id: 'a', title: 'title of a', line: 4, hitCount: 2, firstRow: 7 },
          { id: 'c', title: 'title of c', line: 4, hitCount: 0, firstRow: null },
        ],
        problems: [],
      },
      {
        path: 'other.yaml',
        rules: [{ id: 'b', title: 'title of b', line: 4, hitCount: 0, firstRow: null }],
        problems: [],
      },
      { path: 'bad.yaml', rules: [], problems: [problem] },
    ]);
    expect(ruleFilesOf(undefined)).toEqual([]);
  });
});
