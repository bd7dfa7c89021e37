import type { SuiteSize } from '../model/artifact.ts';

/** What the test results add up to; see ArtifactReport for the meaning of each. */
export interface JUnitTotals {
  readonly isJUnit: boolean;
  readonly suites: number;
  readonly testcases: number;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly skipped: number;
  readonly declaredTests: number | null;
  readonly durationSeconds: number;
  readonly largestSuites: readonly SuiteSize[];
  readonly maxDepth: number;
}

export type Attributes = Readonly<Record<string, string>>;

const LARGEST_SUITES = 10;

/** Ordered: a test case that reports several is counted as the last of them. */
const PASSED = 0;
const SKIPPED = 1;
const FAILED = 2;
const ERROR = 3;

interface OpenSuite {
  readonly name: string;
  readonly byteOffset: number;
  testcases: number;
}
interface OpenCase {
  outcome: number;
  readonly seconds: number;
}
/** An open element; `null` for all that mean nothing here. */
type OpenElement =
  | { readonly kind: 'suites' }
  | { readonly kind: 'suite'; readonly suite: OpenSuite }
  | { readonly kind: 'case'; readonly testcase: OpenCase }
  | null;

const SUITES: OpenElement = { kind: 'suites' };

/**
 * Counts a JUnit document from the opening and closing of its elements. There is no one specification; the rules follow
 * Ant's and Surefire's writers (https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd),
 * the Jenkins schema (https://github.com/jenkinsci/xunit-plugin/tree/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd)
 * and GoogleTest (https://google.github.io/googletest/advanced.html#generating-an-xml-report):
 *
 * - a test case counts once it is closed, so a cut document yields whole test cases only;
 * - `<error>` wins over `<failure>`, both over `<skipped>`, and only as children of the test case itself;
 * - `<rerunFailure>`, `<flakyFailure>` and their like tell of attempts, not of the result;
 * - a GoogleTest case with `status="notrun"` or `result="suppressed"` was disabled: skipped;
 * - a suite's size is the number of test cases directly in it.
 */
export class JUnitCounts {
  readonly #open: OpenElement[] = [];
  readonly #openSuites: OpenSuite[] = [];
  readonly #largest: SuiteSize[] = [];
  readonly #outcomes = [0, 0, 0, 0];
  #junitRoot = false;
  #caseInSuite = false;
  #suites = 0;
  #testcases = 0;
  #durationSeconds = 0;
  #maxDepth = 0;
  #rootDeclares: number | null = null;
  #outermostSuites = 0;
  #outermostDeclaring = 0;
  #outermostDeclare = 0;

  /** `byteOffset`: of the element's `<`. */
  openElement(qualifiedName: string, attributes: Attributes, byteOffset: number): void {
    const colon = qualifiedName.indexOf(':');
    const name = colon < 0 ? qualifiedName : qualifiedName.slice(colon + 1);
    const isRoot = this.#open.length === 0;
    const element = this.#elementOf(name, attributes, byteOffset, isRoot);
    this.#open.push(element);
    if (this.#open.length > this.#maxDepth) this.#maxDepth = this.#open.length;
    // Eclipse wraps the suites in <testrun>.
    if (isRoot) this.#junitRoot = name === 'testsuites' || name === 'testsuite' || name === 'testrun';
  }

  /** Closes the innermost element; `byteEnd`: just after its last `>`. */
  closeElement(byteEnd: number): void {
    const element = this.#open.pop();
    if (element?.kind === 'case') this.#closeCase(element.testcase);
    else if (element?.kind === 'suite') {
      this.#openSuites.pop();
      this.#rank(element.suite, byteEnd);
    }
  }

  /** Totals as of now. Suites that are still open reach up to `byteEnd`. */
  totals(byteEnd: number): JUnitTotals {
    while (this.#openSuites.length > 0) {
      const suite = this.#openSuites.pop();
      if (suite !== undefined) this.#rank(suite, byteEnd);
    }
    const [passed = 0, skipped = 0, failed = 0, errors = 0] = this.#outcomes;
    const isJUnit = this.#junitRoot || this.#caseInSuite;
    if (!isJUnit)
      return {
        isJUnit,
        suites: 0,
        testcases: 0,
        passed: 0,
        failed: 0,
        errors: 0,
        skipped: 0,
        declaredTests: null,
        durationSeconds: 0,
        largestSuites: [],
        maxDepth: this.#maxDepth,
      };
    // A sum over only some of the suites would look like test cases that got lost.
    const allDeclare = this.#outermostSuites > 0 && this.#outermostDeclaring === this.#outermostSuites;
    return {
      isJUnit,
      suites: this.#suites,
      testcases: this.#testcases,
      passed,
      failed,
      errors,
      skipped,
      declaredTests: this.#rootDeclares ?? (allDeclare ? this.#outermostDeclare : null),
      durationSeconds: this.#durationSeconds,
      largestSuites: [...this.#largest],
      maxDepth: this.#maxDepth,
    };
  }

  #elementOf(name: string, attributes: Attributes, byteOffset: number, isRoot: boolean): OpenElement {
    switch (name) {
      case 'testcase': {
        const { time, status, result } = attributes;
        const notRun = status === 'notrun' || result === 'suppressed';
        return { kind: 'case', testcase: { outcome: notRun ? SKIPPED : PASSED, seconds: secondsOf(time) ?? 0 } };
      }
      case 'failure':
        return this.#report(FAILED);
      case 'error':
        return this.#report(ERROR);
      case 'skipped':
        return this.#report(SKIPPED);
      case 'testsuite':
        return this.#openSuite(attributes, byteOffset);
      case 'testsuites':
        if (isRoot) this.#rootDeclares = countOf(attributes.tests);
        return SUITES;
      default:
        return null;
    }
  }

  #report(outcome: number): null {
    const parent = this.#open.at(-1);
    if (parent?.kind === 'case' && outcome > parent.testcase.outcome) parent.testcase.outcome = outcome;
    return null;
  }

  #openSuite(attributes: Attributes, byteOffset: number): OpenElement {
    this.#suites++;
    if (this.#openSuites.length === 0) {
      this.#outermostSuites++;
      const declares = countOf(attributes.tests);
      if (declares !== null) {
        this.#outermostDeclaring++;
        this.#outermostDeclare += declares;
      }
    }
    const suite: OpenSuite = { name: attributes.name ?? '', byteOffset, testcases: 0 };
    this.#openSuites.push(suite);
    return { kind: 'suite', suite };
  }

  #closeCase(testcase: OpenCase): void {
    this.#testcases++;
    this.#outcomes[testcase.outcome] = (this.#outcomes[testcase.outcome] ?? 0) + 1;
    this.#durationSeconds += testcase.seconds;
    const suite = this.#openSuites.at(-1);
    if (suite !== undefined) {
      suite.testcases++;
      this.#caseInSuite = true;
    }
  }

  /** Keeps the list in order; of suites of the same size the one that closed first stays in front. */
  #rank(suite: OpenSuite, byteEnd: number): void {
    const { name, byteOffset, testcases } = suite;
    const smallest = this.#largest[LARGEST_SUITES - 1];
    if (testcases === 0 || (smallest !== undefined && smallest.testcases >= testcases)) return;
    const after = this.#largest.findIndex((other) => other.testcases < testcases);
    const size = { name, testcases, byteOffset, byteLength: byteEnd - byteOffset };
    this.#largest.splice(after < 0 ? this.#largest.length : after, 0, size);
    this.#largest.length = Math.min(this.#largest.length, LARGEST_SUITES);
  }
}

/**
 * A duration in seconds as JUnit writers print it, or null when it is none: `0.042`, `1,234.567` (Surefire and Ant group
 * thousands), `0,042` (printed in a locale with a decimal comma; a group never follows a lone zero), `1e-05`, `0.5s`.
 */
export function secondsOf(text: string | undefined): number | null {
  if (text === undefined || text.length > 100) return null;
  const plain = Number(text);
  if (plain >= 0 && plain < Infinity && text !== '') return plain;
  const match = /^\s*(\d[\d,]*)(\.\d*)?\s*(?:s|sec|seconds)?\s*$/.exec(text);
  const [, whole, fraction = ''] = match ?? [];
  if (whole === undefined) return null;
  const isGrouped = /^[1-9]\d{0,2}(?:,\d{3})+$/.test(whole);
  const digits = isGrouped ? whole.replaceAll(',', '') : fraction === '' ? whole.replace(',', '.') : whole;
  const seconds = Number(digits + fraction);
  return Number.isFinite(seconds) ? seconds : null;
}

function countOf(text: string | undefined): number | null {
  const count = secondsOf(text);
  return count !== null && Number.isSafeInteger(count) ? count : null;
}
