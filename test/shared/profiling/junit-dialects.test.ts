import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readJUnit } from './read-junit.ts';

/** Recorded by test/fixtures/generators/junit_expected.py with Python's ElementTree. */
interface Expected {
  readonly sha256: string;
  readonly durationSeconds: number;
  readonly suiteSizes: readonly number[];
  readonly [count: string]: unknown;
}
const folder = new URL('../../fixtures/junit/', import.meta.url);
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
const fixtures = readdirSync(folder).filter((name) => name.endsWith('.xml'));
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(name, folder));

describe.each(fixtures)('%s', (name) => {
  const bytes = bytesOf(name);
  const { sha256, durationSeconds, suiteSizes, ...counts } = expected[name] ?? { sha256: '' };

  it('is counted as ElementTree counts it', () => {
    expect(createHash('sha256').update(bytes).digest('hex'), 'run junit_expected.py after changing a fixture').toBe(
      sha256,
    );
    const statistics = readJUnit(bytes);
    expect(statistics).toMatchObject(counts);
    expect(statistics.damage).toBeNull();
    expect(statistics.durationSeconds).toBeCloseTo(durationSeconds ?? -1, 9);
    expect(statistics.largestSuites.map((suite) => suite.testcases)).toEqual(statistics.isJUnit ? suiteSizes : []);
    expect(statistics.passed + statistics.failed + statistics.errors + statistics.skipped).toBe(statistics.testcases);
  });

  it('gives the same for chunks of any size', () => {
    const whole = readJUnit(bytes);
    for (const chunkBytes of [1, 2, 3, 7, 64, 1000]) expect(readJUnit(bytes, chunkBytes)).toEqual(whole);
  });

  it('points at the bytes of every large suite', () => {
    const text = Buffer.from(bytes);
    for (const { byteOffset, byteLength, name: suite } of readJUnit(bytes).largestSuites) {
      const element = text.subarray(byteOffset, byteOffset + byteLength).toString('utf8');
      expect(element).toMatch(/^<(?:\w+:)?testsuite[\s>]/);
      expect(element).toMatch(/<\/(?:\w+:)?testsuite>$/);
      expect(element.slice(0, element.indexOf('>'))).toContain(suite);
    }
  });
});

describe('suites', () => {
  const suite = (name: string, cases: number): string =>
    `<testsuite name="${name}">${'<testcase/>'.repeat(cases)}</testsuite>`;

  it('lists the ten largest, first come first of equals', () => {
    const sizes = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 0];
    const { largestSuites, suites } = readJUnit(
      `<testsuites>${sizes.map((n, i) => suite(`s${i}`, n)).join('')}</testsuites>`,
    );
    expect(suites).toBe(sizes.length);
    expect(largestSuites.map(({ name, testcases }) => [name, testcases])).toEqual([
      ['s5', 9],
      ['s12', 9],
      ['s11', 8],
      ['s13', 7],
      ['s7', 6],
      ['s4', 5],
      ['s8', 5],
      ['s10', 5],
      ['s2', 4],
      ['s0', 3],
    ]);
  });

  it('counts a test case for the suite directly around it', () => {
    const document = `<testsuite name="outer"><testcase/>${suite('inner', 2)}<testcase/><testcase/></testsuite>`;
    expect(readJUnit(document).largestSuites.map(({ name, testcases }) => [name, testcases])).toEqual([
      ['outer', 3],
      ['inner', 2],
    ]);
  });

  it('takes what the root declares, else the sum over the outermost suites, else nothing', () => {
    expect(readJUnit('<testsuites tests="7"><testsuite tests="5"/></testsuites>').declaredTests).toBe(7);
    expect(
      readJUnit(
        '<testsuites><testsuite tests="5"><testsuite tests="5"/></testsuite><testsuite tests="2"/></testsuites>',
      ).declaredTests,
    ).toBe(7);
    expect(readJUnit('<testsuites><testsuite tests="5"/><testsuite/></testsuites>').declaredTests).toBeNull();
    expect(readJUnit('<testsuites><testsuite tests="many"/></testsuites>').declaredTests).toBeNull();
  });
});

describe('outcomes', () => {
  const outcomeOf = (children: string): string => {
    const { passed, failed, errors, skipped } = readJUnit(`<testsuite><testcase>${children}</testcase></testsuite>`);
    return Object.entries({ passed, failed, errors, skipped })
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join();
  };

  it.each([
    ['', 'passed 1'],
    ['<failure/><failure/>', 'failed 1'],
    ['<failure/><error/>', 'errors 1'],
    ['<error/><failure/><skipped/>', 'errors 1'],
    ['<skipped/><failure/>', 'failed 1'],
    ['<skipped/>', 'skipped 1'],
    ['<flakyFailure/><flakyError/><rerunFailure/><rerunError/>', 'passed 1'],
    ['<system-out><failure/></system-out>', 'passed 1'],
    ['<system-out>&lt;failure/&gt;</system-out><system-err><![CDATA[<failure/>]]></system-err>', 'passed 1'],
    ['<!-- <failure/> -->', 'passed 1'],
  ])('%s is %s', (children, outcome) => {
    expect(outcomeOf(children)).toBe(outcome);
  });
});

describe('longest text', () => {
  it.each([
    ['<testsuite><system-out>12345</system-out><system-err>123</system-err></testsuite>', 5],
    ['<testsuite><system-out>a&amp;b</system-out></testsuite>', 7],
    ['<testsuite><system-out>€💶</system-out></testsuite>', 7],
    ['<testsuite><system-out><![CDATA[1]]></system-out></testsuite>', 13],
    ['<testsuite>12<!-- not text -->1234<?nor this?>123</testsuite>', 4],
    ['<!-- before -->\n<testsuite/>\n\n\n\n', 0],
  ])('%s has %i bytes', (document, longestTextBytes) => {
    expect(readJUnit(document).longestTextBytes).toBe(longestTextBytes);
    expect(readJUnit(document, 1).longestTextBytes).toBe(longestTextBytes);
  });
});
