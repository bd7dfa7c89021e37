import {
  type ArtifactReport,
  type ArtifactStatistics,
  type BytesByPart,
  type DeclaredCounts,
  type RankedCase,
  type RankedSuite,
  type SuiteSize,
  TEST_OUTCOMES,
} from '../model/artifact.ts';
import { existing } from '../model/existing.ts';
import { CaseName } from './case-name.ts';
import { DialectSigns } from './dialect.ts';
import { countOf } from './junit-duration.ts';
import { type ElementKind, type ElementName, KIND } from './junit-names.ts';
import { LogBins } from './log-bins.ts';
import { NameSet } from './name-set.ts';
import { type OpenSuite, openSuite, rankedSuite, SuiteMap } from './suite-map.ts';
import type { TagAttributes } from './tag-attributes.ts';
import { TopList } from './top-list.ts';

/** What the test results add up to; see ArtifactReport and ArtifactStatistics for the meaning of each. */
export interface JUnitTotals
  extends Pick<
    ArtifactReport,
    | 'isJUnit'
    | 'suites'
    | 'testcases'
    | 'passed'
    | 'failed'
    | 'errors'
    | 'skipped'
    | 'declaredTests'
    | 'durationSeconds'
    | 'largestSuites'
    | 'maxDepth'
  > {
  readonly statistics: Omit<ArtifactStatistics, 'encoding' | 'hasDoctype' | 'entities' | 'longestText'>;
}

const LARGEST_SUITES = 10;
const RANKED = 20;
const MOST_NAMESPACES = 20;

/** Indices into TEST_OUTCOMES, ordered: a test case that reports several is counted as the last of them. */
const PASSED = 0;
const SKIPPED = 1;
const FAILED = 2;
const ERROR = 3;

/** Which part of BytesByPart text belongs to. */
const PART = { other: 0, failure: 1, systemOut: 2, systemErr: 3, properties: 4 } as const;
type Part = (typeof PART)[keyof typeof PART];

interface OpenTestcase {
  readonly name: CaseName;
  readonly byteOffset: number;
  readonly seconds: number | null;
  outcome: number;
  isFlaky: boolean;
  isRerun: boolean;
}

interface Frame {
  readonly kind: ElementKind;
  readonly part: Part;
  readonly testcase: OpenTestcase | null;
  readonly byteOffset: number;
}

const DECLARATIONS = ['tests', 'failures', 'errors', 'skipped', 'seconds'] as const;
type Declaration = (typeof DECLARATIONS)[number];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Duplicate {
  readonly classname: string;
  readonly name: string;
  count: number;
  readonly byteOffset: number;
}

/**
 * Counts a JUnit document from the opening and closing of its elements. There is no one specification; the rules follow
 * Ant's and Surefire's writers (https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd),
 * the Jenkins schema (https://github.com/jenkinsci/xunit-plugin/tree/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd)
 * and GoogleTest (https://google.github.io/googletest/advanced.html#generating-an-xml-report):
 *
 * - a test case counts once it is closed, so a cut document yields whole test cases only;
 * - `<error>` wins over `<failure>`, both over `<skipped>`, and only as children of the test case itself;
 * - `<rerunFailure>`, `<flakyFailure>` and their like tell of attempts, not of the result;
 * - a case of GoogleTest or CTest with `status="notrun"`, `status="disabled"` or `result="suppressed"` was not run: skipped;
 * - the size by which suites are listed as the largest is the number of test cases directly in them.
 */
export class JUnitCounts {
  readonly #frames: Frame[] = [];
  /** The suites that are open, in the root, which stands for the document where it is no suite itself. */
  readonly #suitesOpen: OpenSuite[] = [];
  #rootIsSuite = false;
  #closedRoot: { readonly suite: OpenSuite; readonly byteEnd: number } | null = null;
  readonly #map = new SuiteMap();
  readonly #largest = new TopList<SuiteSize>(LARGEST_SUITES);
  readonly #suitesByBytes = new TopList<RankedSuite>(RANKED);
  readonly #suitesBySeconds = new TopList<RankedSuite>(RANKED);
  readonly #casesByBytes = new TopList<RankedCase>(RANKED);
  readonly #casesBySeconds = new TopList<RankedCase>(RANKED);
  readonly #durations = new LogBins(1e-4, 9);
  readonly #sizes = new LogBins(10, 8);
  readonly #names = new NameSet();
  readonly #freeNames: CaseName[] = [];
  readonly #duplicates = new Map<string, Duplicate>();
  readonly #dialect = new DialectSigns();
  readonly #namespaces: string[] = [];
  readonly #outcomes = [0, 0, 0, 0];
  readonly #textBytes = [0, 0, 0, 0, 0];
  readonly #misdeclared: Mutable<ArtifactStatistics['misdeclared']['examples'][number]>[] = [];
  #misdeclaredSuites = 0;
  #root: string | null = null;
  #junitRoot = false;
  #caseInSuite = false;
  #caseOutsideSuites = false;
  /** Some suite declares suites as tests. */
  #declaresSuites = false;
  #suites = 0;
  #testcases = 0;
  #withoutDuration = 0;
  #durationSeconds = 0;
  #duplicateCases = 0;
  #maxDepth = 0;
  #elements = 0;
  #attributes = 0;
  #attributeBytes = 0;
  #propertiesBytes = 0;
  #cdataBytes = 0;
  #flakyCases = 0;
  #rerunCases = 0;
  #attempts = 0;
  #rootDeclares: DeclaredCounts | null = null;
  #outermostSuites = 0;
  readonly #outermost = new Map<Declaration, { suites: number; sum: number }>();

  /** `byteOffset`: of the element's `<`; `attributeBytes`: of its attributes with the space around them. */
  openElement(
    { name: qualifiedName, kind }: ElementName,
    attributes: TagAttributes,
    byteOffset: number,
    attributeBytes: number,
  ): void {
    this.#elements++;
    this.#attributes += attributes.count;
    const parent = this.#frames.at(-1);
    if (parent === undefined) this.#openRoot(qualifiedName, kind, attributes, byteOffset);
    const part = partOf(kind, parent?.part ?? PART.other);
    if (part !== PART.properties) this.#attributeBytes += attributeBytes;
    let testcase: OpenTestcase | null = null;
    if (kind !== KIND.other) {
      this.#dialect.look(kind, this.#root, attributes);
      if (kind === KIND.testcase) testcase = this.#openCase(attributes, byteOffset);
      else if (kind === KIND.suite) this.#openSuite(attributes, byteOffset, parent === undefined);
      else if (parent?.testcase != null) this.#report(kind, parent.testcase);
    }
    this.#frames.push({ kind, part, testcase, byteOffset });
    if (this.#frames.length > this.#maxDepth) this.#maxDepth = this.#frames.length;
  }

  /** Closes the innermost element; `byteEnd`: just after its last `>`. */
  closeElement(byteEnd: number): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    if (frame.testcase !== null) this.#closeCase(frame.testcase, byteEnd);
    else if (frame.kind === KIND.suite) this.#closeSuite(byteEnd);
    else if (frame.part === PART.properties) this.#closeProperties(frame, byteEnd);
    if (this.#frames.length === 0) this.#closeRoot(byteEnd);
  }

  /** Text directly in the innermost element. */
  text(bytes: number): void {
    const part = this.#frames.at(-1)?.part ?? PART.other;
    this.#textBytes[part] = existing(this.#textBytes[part], part) + bytes;
  }

  /** A CDATA section with its brackets; its bytes are told as text as well. */
  cdata(bytes: number): void {
    this.#cdataBytes += bytes;
  }

  /** Totals as of now; what is still open reaches up to `byteEnd`. Nothing can be counted afterwards. */
  totals(byteEnd: number): JUnitTotals {
    for (let frame = this.#frames.pop(); frame !== undefined; frame = this.#frames.pop()) {
      if (frame.kind === KIND.suite) this.#closeSuite(byteEnd, false);
      else if (frame.part === PART.properties) this.#closeProperties(frame, byteEnd);
    }
    this.#closeRoot(byteEnd);
    const isJUnit = this.#junitRoot || this.#caseInSuite;
    const [passed = 0, skipped = 0, failed = 0, errors = 0] = this.#outcomes;
    const declared = this.#declared();
    const counts = { suites: this.#suites, testcases: this.#testcases, passed, failed, errors, skipped };
    const none = { suites: 0, testcases: 0, passed: 0, failed: 0, errors: 0, skipped: 0 };
    return {
      isJUnit,
      ...(isJUnit ? counts : none),
      declaredTests: isJUnit ? declared.tests : null,
      durationSeconds: isJUnit ? this.#durationSeconds : 0,
      largestSuites: isJUnit ? this.#largest.values() : [],
      maxDepth: this.#maxDepth,
      statistics: {
        root: this.#root,
        namespaces: this.#namespaces,
        dialect: isJUnit ? this.#dialect.guess() : null,
        elements: this.#elements,
        attributes: this.#attributes,
        map: this.#closedRoot === null ? null : this.#map.root(this.#closedRoot.suite, this.#closedRoot.byteEnd),
        suitesByBytes: this.#suitesByBytes.values(),
        suitesBySeconds: this.#suitesBySeconds.values(),
        casesByBytes: this.#casesByBytes.values(),
        casesBySeconds: this.#casesBySeconds.values(),
        bytesByPart: this.#parts(byteEnd),
        cdataBytes: this.#cdataBytes,
        declared: isJUnit ? declared : NOTHING_DECLARED,
        misdeclared: { suites: this.#misdeclaredSuites, examples: this.#misdeclared },
        duplicates: {
          cases: this.#duplicateCases,
          complete: this.#names.isComplete,
          examples: [...this.#duplicates.values()],
        },
        durations: this.#durations.histogram(),
        casesWithoutDuration: this.#withoutDuration,
        sizes: this.#sizes.histogram(),
        reruns: { flakyCases: this.#flakyCases, rerunCases: this.#rerunCases, attempts: this.#attempts },
      },
    };
  }

  #openRoot(qualifiedName: string, kind: ElementKind, attributes: TagAttributes, byteOffset: number): void {
    const local = qualifiedName.slice(qualifiedName.indexOf(':') + 1);
    this.#root = qualifiedName;
    // Eclipse wraps the suites in <testrun>.
    this.#junitRoot = kind === KIND.suites || kind === KIND.suite || local === 'testrun';
    this.#rootIsSuite = kind === KIND.suite;
    if (kind === KIND.suites) this.#rootDeclares = declarationsOf(attributes);
    for (const name of attributes.names()) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
      if (this.#namespaces.length < MOST_NAMESPACES) this.#namespaces.push(attributes.value(name) ?? '');
    }
    if (!this.#rootIsSuite) {
      const name = attributes.value('name') ?? '';
      this.#suitesOpen.push(openSuite(name === '' ? qualifiedName : name, byteOffset, null));
    }
  }

  #closeRoot(byteEnd: number): void {
    const root = this.#suitesOpen.pop();
    if (root !== undefined) this.#closedRoot = { suite: root, byteEnd };
  }

  #openSuite(attributes: TagAttributes, byteOffset: number, isRoot: boolean): void {
    const isOutermost = isRoot || (this.#suitesOpen.length === 1 && !this.#rootIsSuite);
    this.#suites++;
    const declares = declarationsOf(attributes);
    if (isOutermost) {
      this.#outermostSuites++;
      for (const key of DECLARATIONS) {
        const value = declares[key];
        if (value === null) continue;
        const sum = this.#outermost.get(key) ?? { suites: 0, sum: 0 };
        this.#outermost.set(key, { suites: sum.suites + 1, sum: sum.sum + value });
      }
    }
    this.#suitesOpen.push(openSuite(attributes.value('name') ?? '', byteOffset, declares.tests));
  }

  #closeSuite(byteEnd: number, isWhole = true): void {
    const suite = this.#suitesOpen.pop();
    if (suite === undefined) return;
    const { name, byteOffset, declaredTests, ownCases, testcases } = suite;
    const byteLength = byteEnd - byteOffset;
    if (this.#largest.takes(ownCases))
      this.#largest.add(ownCases, { name, testcases: ownCases, byteOffset, byteLength });
    if (this.#suitesByBytes.takes(byteLength)) this.#suitesByBytes.add(byteLength, rankedSuite(suite, byteEnd));
    if (this.#suitesBySeconds.takes(suite.seconds))
      this.#suitesBySeconds.add(suite.seconds, rankedSuite(suite, byteEnd));
    const agrees = declaredTests === null || declaredTests === ownCases || declaredTests === testcases;
    // Node's reporter counts what stands directly in a suite, suites as well as test cases.
    const countsSuites = !agrees && declaredTests === ownCases + suite.ownSuites;
    if (countsSuites) this.#declaresSuites = true;
    else if (isWhole && !agrees) {
      this.#misdeclaredSuites++;
      if (this.#misdeclared.length < RANKED)
        this.#misdeclared.push({ name, byteOffset, byteLength, declared: declaredTests, counted: testcases });
    }
    const parent = this.#suitesOpen.at(-1);
    if (parent === undefined) {
      this.#closedRoot = { suite, byteEnd };
      return;
    }
    parent.ownSuites++;
    parent.testcases += testcases;
    parent.seconds += suite.seconds;
    for (let outcome = 0; outcome < suite.outcomes.length; outcome++)
      parent.outcomes[outcome] =
        existing(parent.outcomes[outcome], outcome) + existing(suite.outcomes[outcome], outcome);
    this.#map.close(suite, byteEnd, this.#suitesOpen);
  }

  #openCase(attributes: TagAttributes, byteOffset: number): OpenTestcase {
    const status = attributes.value('status');
    const notRun = status === 'notrun' || status === 'disabled' || attributes.value('result') === 'suppressed';
    // One name for each test case that is open, which is one unless they are nested.
    const name = this.#freeNames.pop() ?? new CaseName();
    name.take(attributes);
    return {
      name,
      byteOffset,
      seconds: attributes.seconds('time'),
      outcome: notRun ? SKIPPED : PASSED,
      isFlaky: false,
      isRerun: false,
    };
  }

  #report(kind: ElementKind, testcase: OpenTestcase): void {
    const outcome =
      kind === KIND.error ? ERROR : kind === KIND.failure ? FAILED : kind === KIND.skipped ? SKIPPED : PASSED;
    if (outcome > testcase.outcome) testcase.outcome = outcome;
    if (kind === KIND.flaky) testcase.isFlaky = true;
    else if (kind === KIND.rerun) testcase.isRerun = true;
    if (kind === KIND.flaky || kind === KIND.rerun) this.#attempts++;
  }

  #closeCase(testcase: OpenTestcase, byteEnd: number): void {
    const { name, byteOffset, seconds } = testcase;
    const byteLength = byteEnd - byteOffset;
    this.#testcases++;
    this.#outcomes[testcase.outcome] = existing(this.#outcomes[testcase.outcome], testcase.outcome) + 1;
    this.#sizes.add(byteLength);
    if (seconds === null) this.#withoutDuration++;
    else {
      this.#durationSeconds += seconds;
      this.#durations.add(seconds);
    }
    if (testcase.isFlaky) this.#flakyCases++;
    if (testcase.isRerun) this.#rerunCases++;
    if (name.isNamed && this.#names.add(name)) this.#repeat(name, byteOffset);
    if (this.#casesByBytes.takes(byteLength)) this.#casesByBytes.add(byteLength, rankedCase(testcase, byteLength));
    if (seconds !== null && this.#casesBySeconds.takes(seconds))
      this.#casesBySeconds.add(seconds, rankedCase(testcase, byteLength));
    this.#freeNames.push(name);
    const suite = this.#suitesOpen.at(-1);
    if (suite === undefined) return;
    suite.testcases++;
    suite.ownCases++;
    suite.seconds += seconds ?? 0;
    suite.outcomes[testcase.outcome] = existing(suite.outcomes[testcase.outcome], testcase.outcome) + 1;
    if (this.#rootIsSuite || this.#suitesOpen.length > 1) this.#caseInSuite = true;
    else this.#caseOutsideSuites = true;
  }

  /** A name that was there before. Which ones is only told of the first few: text of names costs time. */
  #repeat(caseName: CaseName, byteOffset: number): void {
    this.#duplicateCases++;
    const key = `${caseName.first} ${caseName.second}`;
    const known = this.#duplicates.get(key);
    if (known !== undefined) known.count++;
    else if (this.#duplicates.size < RANKED) {
      const classname = caseName.classname();
      this.#duplicates.set(key, { classname, name: caseName.name(), count: 2, byteOffset });
    }
  }

  #closeProperties(frame: Frame, byteEnd: number): void {
    if (frame.kind === KIND.properties && this.#frames.at(-1)?.part !== PART.properties)
      this.#propertiesBytes += byteEnd - frame.byteOffset;
  }

  #parts(byteEnd: number): BytesByPart {
    const [otherText = 0, failureText = 0, systemOut = 0, systemErr = 0] = this.#textBytes;
    const attributes = this.#attributeBytes;
    const properties = this.#propertiesBytes;
    const markup = byteEnd - otherText - failureText - systemOut - systemErr - attributes - properties;
    return { attributes, failureText, systemOut, systemErr, properties, otherText, markup };
  }

  #declared(): DeclaredCounts {
    const declared: Mutable<DeclaredCounts> = { ...NOTHING_DECLARED };
    for (const key of DECLARATIONS) {
      const sum = this.#outermost.get(key);
      // A sum over only some of the suites or cases would look like test cases that got lost.
      const allDeclare = sum !== undefined && sum.suites === this.#outermostSuites && !this.#caseOutsideSuites;
      if (key === 'tests' && this.#declaresSuites) continue;
      declared[key] = this.#rootDeclares?.[key] ?? (allDeclare ? sum.sum : null);
    }
    return declared;
  }
}

function rankedCase({ name, byteOffset, outcome, seconds }: OpenTestcase, byteLength: number): RankedCase {
  return {
    name: name.name(),
    classname: name.classname(),
    byteOffset,
    byteLength,
    outcome: TEST_OUTCOMES[outcome] ?? 'passed',
    seconds,
  };
}

const NOTHING_DECLARED: DeclaredCounts = { tests: null, failures: null, errors: null, skipped: null, seconds: null };

function partOf(kind: ElementKind, parent: Part): Part {
  if (parent === PART.properties) return parent;
  switch (kind) {
    case KIND.failure:
    case KIND.error:
    case KIND.skipped:
    case KIND.rerun:
    case KIND.flaky:
      return PART.failure;
    case KIND.systemOut:
      return PART.systemOut;
    case KIND.systemErr:
      return PART.systemErr;
    case KIND.properties:
      return PART.properties;
    case KIND.other:
      return parent;
    default:
      return PART.other;
  }
}

function declarationsOf(attributes: TagAttributes): DeclaredCounts {
  return {
    tests: countOf(attributes.value('tests')),
    failures: countOf(attributes.value('failures')),
    errors: countOf(attributes.value('errors')),
    skipped: countOf(attributes.value('skipped') ?? attributes.value('skips')),
    seconds: attributes.seconds('time'),
  };
}
