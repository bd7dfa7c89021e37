import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SuiteNode } from '../../../shared/model/artifact.ts';
import { readJUnit } from './read-junit.ts';

/** A suite with its test cases, those of its suites included, and its suites. */
type ExpectedSuite = readonly [name: string, testcases: number, suites: readonly ExpectedSuite[]];

/** Recorded by test/fixtures/generators/junit_expected.py with Python's ElementTree. */
interface Expected {
  readonly sha256: string;
  readonly counts: Record<string, unknown>;
  readonly durationSeconds: number;
  readonly suiteSizes: readonly number[];
  readonly elements: number;
  readonly attributes: number;
  readonly declaredFailures: number | null;
  readonly declaredSeconds: number | null;
  readonly duplicateCases: number;
  readonly attempts: number;
  readonly withoutDuration: number;
  readonly tree: ExpectedSuite | null;
}
const folder = new URL('../../fixtures/junit/', import.meta.url);
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
const fixtures = readdirSync(folder).filter((name) => name.endsWith('.xml'));
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(name, folder));

function expectedOf(name: string): Expected {
  const found = expected[name];
  if (found === undefined) throw new Error(`run junit_expected.py: nothing is expected of ${name}`);
  return found;
}

/** Writers of which there is a report that they wrote themselves, or one in their form. */
const WRITERS: Readonly<Record<string, string | null>> = {
  'googletest.xml': 'googletest',
  'gotestsum.xml': 'gotestsum',
  'jenkins.xml': 'jenkins',
  'jest-junit.xml': 'jest-junit',
  'namespaces.xml': null,
  'not-junit.xml': null,
  'phpunit-nested.xml': 'phpunit',
  'pytest.xml': 'pytest',
  'recorded-ctest.xml': 'ctest',
  'recorded-googletest.xml': 'googletest',
  'recorded-gotestsum.xml': 'gotestsum',
  'recorded-jest-junit.xml': 'jest-junit',
  'recorded-mocha-junit.xml': 'mocha',
  'recorded-node.xml': 'node',
  'recorded-phpunit.xml': 'phpunit',
  'recorded-pytest.xml': 'pytest',
  'recorded-vitest.xml': 'vitest',
  'single-suite.xml': null,
  'surefire.xml': 'surefire',
};

function mapOf({ name, testcases, children }: SuiteNode): ExpectedSuite {
  return [name, testcases, children.map(mapOf)];
}

describe.each(fixtures)('%s', (name) => {
  const bytes = bytesOf(name);
  const wanted = expectedOf(name);

  it('is counted as ElementTree counts it', () => {
    expect(createHash('sha256').update(bytes).digest('hex'), 'run junit_expected.py after changing a fixture').toBe(
      wanted.sha256,
    );
    const { statistics, ...report } = readJUnit(bytes);
    expect(report).toMatchObject(wanted.counts);
    expect(report.damage).toBeNull();
    expect(report.durationSeconds).toBeCloseTo(wanted.durationSeconds, 9);
    expect(report.largestSuites.map((suite) => suite.testcases)).toEqual(report.isJUnit ? wanted.suiteSizes : []);
    expect(report.passed + report.failed + report.errors + report.skipped).toBe(report.testcases);
    expect(statistics.elements).toBe(wanted.elements);
    // ElementTree takes declarations of namespaces for no attributes.
    const namespaces =
      Buffer.from(bytes)
        .toString()
        .match(/\sxmlns[:=]/g)?.length ?? 0;
    expect(statistics.attributes - namespaces).toBe(wanted.attributes);
    expect(statistics.declared.tests).toBe(report.declaredTests);
    expect(statistics.declared.failures).toBe(wanted.declaredFailures);
    if (wanted.declaredSeconds === null) expect(statistics.declared.seconds).toBeNull();
    else expect(statistics.declared.seconds).toBeCloseTo(wanted.declaredSeconds, 9);
    expect(statistics.duplicates).toMatchObject({ cases: wanted.duplicateCases, complete: true });
    expect(statistics.reruns.attempts).toBe(wanted.attempts);
    if (report.isJUnit) expect(statistics.casesWithoutDuration).toBe(wanted.withoutDuration);
    if (wanted.tree !== null && statistics.map !== null) {
      // The root's name is its element's where it has none.
      const [, ...root] = mapOf(statistics.map);
      expect(root).toEqual(wanted.tree.slice(1));
    }
  });

  it('is known by its writer', () => {
    expect(readJUnit(bytes).statistics.dialect?.name ?? null).toBe(WRITERS[name]);
  });

  it('accounts for every byte and every case', () => {
    const { statistics, testcases } = readJUnit(bytes);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    expect(sum(Object.values(statistics.bytesByPart))).toBe(bytes.length);
    expect(Math.min(...Object.values(statistics.bytesByPart))).toBeGreaterThanOrEqual(0);
    if (!readJUnit(bytes).isJUnit) return;
    expect(sum(statistics.sizes.counts) + statistics.sizes.zero).toBe(testcases);
    const { durations, casesWithoutDuration } = statistics;
    expect(sum(durations.counts) + durations.zero + casesWithoutDuration).toBe(testcases);
    for (const { byteOffset, byteLength, name: suite } of statistics.suitesByBytes)
      expect(Buffer.from(bytes.subarray(byteOffset, byteOffset + byteLength)).toString()).toMatch(
        suite === '' ? /^</ : /^<(?:\w+:)?testsuite[\s>]/,
      );
    for (const each of [...statistics.casesByBytes, ...statistics.casesBySeconds])
      expect(Buffer.from(bytes.subarray(each.byteOffset, each.byteOffset + each.byteLength)).toString()).toMatch(
        /^<(?:\w+:)?testcase[\s>][\s\S]*(?:\/>|<\/(?:\w+:)?testcase>)$/,
      );
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
