import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Reproduction } from '../../../../shared/model/reproduction.ts';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, parse } from '../support.ts';

const HEAD = '# Inquest reproduction 1\n# 2026-01-28 09:00:00 UTC\n';
const read = (bytes: Uint8Array | string): Reproduction | null => {
  const { items } = parse('reproduction', typeof bytes === 'string' ? bytesOf(bytes) : bytes);
  return items.flatMap((item) => (item.type === 'reproduction' ? [item.reproduction] : []))[0] ?? null;
};

it('reads what came of each parse and of the import', () => {
  const { problems } = parse('reproduction', fixture('host/reproduced.txt'));
  expect(problems).toEqual([]);
  const found = read(fixture('host/reproduced.txt'));
  expect(found).toMatchObject({
    limitSeconds: 300,
    artifact: { path: 'test-results.xml', bytes: 1_788_963 },
    import: { outcome: { kind: 'done' }, seconds: 2 },
  });
  expect(found?.python).toMatch(/^Python 3\.\d+/);
  expect(found?.artifact?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(found?.parses.map(({ how, outcome, testcases }) => [how, outcome.kind, testcases])).toEqual([
    ['expat', 'done', 30_000],
    ['stream', 'done', 30_000],
    ['tree', 'done', 30_000],
  ]);
});

it('knows an import that its time limit ended; what it said below is no line of its own', () => {
  const { problems, events } = parse('reproduction', fixture('host/reproduced-late.txt'));
  expect([problems, events]).toEqual([[], []]);
  expect(read(fixture('host/reproduced-late.txt'))?.import).toMatchObject({
    outcome: { kind: 'time-limit' },
    seconds: 3,
  });
});

it('takes no word of the output of the import, which is of the trial and not of the incident', () => {
  const { events, problems, items } = parse('reproduction', fixture('host/reproduced-import.log'));
  expect([events, problems, items]).toEqual([[], [], []]);
});

it('tells a refusal with its words, a signal and a status apart', () => {
  const found = read(
    `${HEAD}limit: 60 s\nartifact: unknown 12 a b.xml\nparse expat: failed 1: ExpatError not well-formed: line 3, column 4\nparse stream: signal 9\nparse tree: time limit\nimport: failed 2 in 7 s, at most 0 bytes of memory\n`,
  );
  expect(found?.parses.map(({ outcome }) => outcome)).toEqual([
    { kind: 'failed', status: 1, why: 'ExpatError not well-formed: line 3, column 4' },
    { kind: 'signal', signal: 9 },
    { kind: 'time-limit' },
  ]);
  expect(found?.artifact).toEqual({ path: 'a b.xml', bytes: 12, sha256: null });
  expect(found?.import).toEqual({ outcome: { kind: 'failed', status: 2, why: null }, seconds: 7, peakRssBytes: null });
  expect(found?.time === null || found === null ? null : formatIsoMicros(found.time)).toBe(
    '2026-01-28T09:00:00.000000Z',
  );
});

it('reports a line that it does not know, and a file that ends within one', () => {
  const { problems } = parse('reproduction', bytesOf(`${HEAD}parse tree: maybe\nimport: done in`));
  expect(problems.map(({ kind }) => kind)).toEqual(['malformed-record', 'truncated']);
  expect(read(`${HEAD}import: done in`)).toMatchObject({ parses: [], import: null });
});

it('never throws, and keeps what stands before any damage', () => {
  const bytes = fixture('host/reproduced.txt');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = byte;
      const parsesBefore = bytes
        .subarray(0, at)
        .toString()
        .split('\n')
        .filter((line) => line.startsWith('parse')).length;
      const found = read(damaged);
      if (at >= HEAD.length) expect(found?.parses.length ?? 0).toBeGreaterThanOrEqual(Math.max(0, parsesBefore - 1));
    }),
    { numRuns: runs(200) },
  );
});
