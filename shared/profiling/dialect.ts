import type { ArtifactStatistics, JUnitDialect } from '../model/artifact.ts';
import { type ElementKind, KIND } from './junit-names.ts';
import type { TagAttributes } from './tag-attributes.ts';

type Dialect = NonNullable<ArtifactStatistics['dialect']>;

/** Elements of each kind that are looked at: writers show themselves early. */
const LOOKED_AT = 50;

/** Values of `name=` by which a writer signs; Vitest and others are configurable, but few change it. */
const SIGNATURES: readonly { readonly kind: ElementKind; readonly name: string; readonly dialect: JUnitDialect }[] = [
  // https://docs.pytest.org/en/stable/reference/reference.html#confval-junit_suite_name
  { kind: KIND.suite, name: 'pytest', dialect: 'pytest' },
  { kind: KIND.suites, name: 'pytest tests', dialect: 'pytest' },
  // https://github.com/jest-community/jest-junit#configuration
  { kind: KIND.suites, name: 'jest tests', dialect: 'jest-junit' },
  // https://vitest.dev/guide/reporters.html#junit-reporter
  { kind: KIND.suites, name: 'vitest tests', dialect: 'vitest' },
  // https://github.com/michaelleeallen/mocha-junit-reporter
  { kind: KIND.suites, name: 'Mocha Tests', dialect: 'mocha' },
  // https://nexte.st/docs/machine-readable/junit/
  { kind: KIND.suites, name: 'nextest-run', dialect: 'nextest' },
  // https://google.github.io/googletest/advanced.html#generating-an-xml-report
  { kind: KIND.suites, name: 'AllTests', dialect: 'googletest' },
];

/** Guesses who wrote a document, from what writers do and others do not. The first sign counts, in order of strength. */
export class DialectSigns {
  readonly #seen = new Map<ElementKind, number>();
  #strong: Dialect | null = null;
  #weak: Dialect | null = null;

  look(kind: ElementKind, rootName: string | null, attributes: TagAttributes): void {
    if (this.#strong !== null) return;
    if (rootName === 'testrun') this.#sign('eclipse', 'the root is <testrun>');
    const seen = this.#seen.get(kind) ?? 0;
    if (seen >= LOOKED_AT) return;
    this.#seen.set(kind, seen + 1);
    const name = attributes.value('name');
    const signature = SIGNATURES.find((each) => each.kind === kind && each.name === name);
    if (signature !== undefined) this.#sign(signature.dialect, `name="${signature.name}"`);
    if (kind === KIND.property) this.#property(name);
    else if (kind === KIND.suite) this.#suite(attributes);
    else if (kind === KIND.testcase) this.#testcase(attributes);
  }

  guess(): Dialect | null {
    return this.#strong ?? this.#weak;
  }

  #sign(name: JUnitDialect, sign: string): void {
    this.#strong ??= { name, sign };
  }

  #hint(name: JUnitDialect, sign: string): void {
    this.#weak ??= { name, sign };
  }

  #property(name: string | undefined): void {
    // https://github.com/gotestyourself/gotestsum/blob/main/internal/junitxml/report.go
    if (name === 'go.version') this.#sign('gotestsum', 'the property go.version');
    else if (name?.startsWith('surefire.')) this.#sign('surefire', 'a property surefire.*');
    else if (name === 'ant.version') this.#sign('ant', 'the property ant.version');
    // https://plugins.jenkins.io/junit/, https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
    else if (name === 'BUILD_NUMBER' || name === 'JENKINS_URL') this.#hint('jenkins', `the property ${name}`);
  }

  #suite(attributes: TagAttributes): void {
    const schema = attributes.value('xsi:noNamespaceSchemaLocation') ?? '';
    if (schema.includes('surefire')) this.#sign('surefire', "the location of Surefire's schema");
    if (attributes.value('assertions') !== undefined && attributes.value('file')?.endsWith('.php') === true)
      this.#sign('phpunit', 'assertions= of a suite in a .php file');
  }

  #testcase(attributes: TagAttributes): void {
    // https://github.com/nodejs/node/blob/main/lib/internal/test_runner/reporter/junit.js
    if (attributes.value('classname') === 'test') this.#hint('node', 'classname="test"');
    if (attributes.value('file')?.endsWith('.php') === true && attributes.value('assertions') !== undefined)
      this.#sign('phpunit', 'assertions= of a test case in a .php file');
    const status = attributes.value('status');
    // https://cmake.org/cmake/help/latest/manual/ctest.1.html#cmdoption-ctest-output-junit
    if ((status === 'run' || status === 'fail') && attributes.value('classname') === attributes.value('name'))
      this.#hint('ctest', `status="${status}" and classname= as name=`);
    const result = attributes.value('result');
    if (result === 'completed' || result === 'suppressed') this.#sign('googletest', `result="${result}"`);
  }
}
