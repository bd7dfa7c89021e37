import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { Scenario, verdictsOf } from './scenario.ts';

const ARTIFACT = 'reports/vpn/14.xml';

/** An import that parsed, began to insert, and was silent until its timeout; with it what reproduce.sh found. */
function repeated(lines: readonly string[], of: 'same' | 'other' = 'same'): Scenario {
  const scenario = new Scenario()
    .boot()
    .app(0, 'INFO', 'Importing vpn job 14')
    .app(0.1, 'INFO', `Parsing XML: ${ARTIFACT}`)
    .app(40, 'INFO', 'Parsed 3000 test results in 39.9s')
    .app(40.1, 'INFO', 'Starting database insert (batch size: 3000)')
    .config('timeout = 90')
    .timeout(131)
    .sigkill(132)
    .replacement(132.1)
    .quietKernel()
    .artifact(ARTIFACT, 3_000);
  const bytes = scenario.files().get(ARTIFACT) ?? '';
  const sha256 = createHash('sha256')
    .update(of === 'same' ? bytes : 'another')
    .digest('hex');
  return scenario.file(
    'inquest-reproduce/reproduced.txt',
    [
      '# Inquest reproduction 1',
      '# 2026-01-28 09:00:00 UTC',
      'python: Python 3.11.2',
      'limit: 480 s',
      `artifact: ${sha256} ${Buffer.byteLength(bytes)} /srv/${ARTIFACT}`,
      ...lines,
      '',
    ].join('\n'),
  );
}

const PARSES = [
  'parse expat: done: 3000 test cases in 0.02 s, at most 14000000 bytes of memory',
  'parse stream: done: 3000 test cases in 0.03 s, at most 17000000 bytes of memory',
  'parse tree: done: 3000 test cases in 0.04 s, at most 24000000 bytes of memory',
];
const answerTo = (analysis: Analysis, id: string): string | null | undefined =>
  analysis.questions.find((question) => question.id === id)?.answer;
const textOf = (analysis: Analysis, id: string): string | undefined =>
  analysis.facts.find((fact) => fact.id === id)?.text;

describe('what reproduce.sh found', () => {
  it('answers whether the artifact imports by hand; what ends by hand is no loop', async () => {
    const analysis = await repeated([...PARSES, 'import: done in 4 s, at most 60000000 bytes of memory']).analyse();
    expect(answerTo(analysis, 'manual-import-succeeds')).toBe('yes: done in 4 s, with at most 60.0 MB of memory');
    expect(answerTo(analysis, 'manual-parse-succeeds')).toContain('ElementTree took');
    expect(verdictsOf(analysis)['infinite-loop']).toBe('ruled-out');
    expect(textOf(analysis, 'import-repeated')).toContain('well within the timeout of 90 s');
  });

  it('puts what was measured on the host in the place of estimates', async () => {
    const analysis = await repeated(PARSES).analyse();
    expect(textOf(analysis, 'parse-not-the-cost')).toContain("took Python's ElementTree 0.04 s on the host");
    const tree = analysis.facts.find(({ id }) => id.startsWith('tree-'))?.text;
    expect(tree).toContain('with ElementTree (measured on the host)');
    expect(answerTo(analysis, 'manual-import-succeeds')).toBeNull();
  });

  it('an import that needs longer than the timeout by hand too supports the timeout', async () => {
    const analysis = await repeated([...PARSES, 'import: done in 140 s, at most 60000000 bytes of memory']).analyse();
    expect(textOf(analysis, 'import-repeated')).toContain('longer than the timeout of 90 s');
    expect(verdictsOf(analysis)).toMatchObject({ 'worker-timeout': 'fits', 'infinite-loop': 'ruled-out' });
  });

  it('an import that does not end by hand rules no loop out', async () => {
    const late = ['import: time limit in 480 s, at most 60000000 bytes of memory', '  Fatal Python error: Aborted'];
    const analysis = await repeated([...PARSES, ...late]).analyse();
    expect(answerTo(analysis, 'manual-import-succeeds')).toMatch(/^no: not done after 8 min/);
    expect(verdictsOf(analysis)['infinite-loop']).not.toBe('ruled-out');
  });

  it('says nothing of this incident when it was another file, and a stack of the trial is no incident', async () => {
    const analysis = await repeated([...PARSES, 'import: done in 4 s, at most 60000000 bytes of memory'], 'other')
      .file(
        'inquest-reproduce/import.log',
        '# Inquest reproduction 1, output of the import\nFatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n  File "import.py", line 9 in <module>\n',
      )
      .analyse();
    expect(answerTo(analysis, 'manual-import-succeeds')).toBeNull();
    expect(textOf(analysis, 'import-repeated')).toBeUndefined();
    expect(analysis.incidents).toHaveLength(1);
  });
});
