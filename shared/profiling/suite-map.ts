import { type RankedSuite, type SuiteNode, sumOfOutcomes } from '../model/artifact.ts';

/** Nodes that a map holds; a picture shows hundreds at a time, and more of them closer up. */
const MOST_NODES = 12_000;

/** A suite while it is being read; figures grow with each test case in it or in a suite in it. */
export interface OpenSuite {
  readonly name: string;
  readonly byteOffset: number;
  readonly declaredTests: number | null;
  readonly outcomes: number[];
  testcases: number;
  /** Of `testcases`, those directly in it. */
  ownCases: number;
  /** Suites directly in it. */
  ownSuites: number;
  seconds: number;
  readonly children: ClosedSuite[];
}

interface ClosedSuite extends RankedSuite {
  children: ClosedSuite[];
  omitted: { suites: number; bytes: number };
  run?: number;
}

/** `outcomes` is indexed as TEST_OUTCOMES. */
export function openSuite(name: string, byteOffset: number, declaredTests: number | null): OpenSuite {
  return {
    name,
    byteOffset,
    declaredTests,
    outcomes: [0, 0, 0, 0],
    testcases: 0,
    ownCases: 0,
    ownSuites: 0,
    seconds: 0,
    children: [],
  };
}

/** Figures of a suite that ends at `byteEnd`. */
export function rankedSuite(
  { name, byteOffset, testcases, outcomes, seconds }: OpenSuite,
  byteEnd: number,
): RankedSuite {
  const [passed = 0, skipped = 0, failed = 0, error = 0] = outcomes;
  const byteLength = byteEnd - byteOffset;
  return { name, byteOffset, byteLength, testcases, outcomes: { passed, skipped, failed, error }, seconds };
}

/**
 * The suites of a document as a tree. It keeps the larger ones: whenever there are too many, those below a size that
 * doubles lose what is in them (`omitted`), and those of them that stand in a row become one node (`run`) of about that
 * size, so that no part of the document goes without. The tree depends on the document alone and not on how it came.
 */
export class SuiteMap {
  readonly #mostNodes: number;
  #nodes = 0;
  #leastBytes = 0;

  constructor(mostNodes = MOST_NODES) {
    this.#mostNodes = mostNodes;
  }

  /** Adds a suite that was closed to the one around it. `open` are all that are still open, the outermost first. */
  close(suite: OpenSuite, byteEnd: number, open: readonly OpenSuite[]): void {
    const parent = open.at(-1);
    if (parent === undefined) return;
    this.#nodes++;
    this.#add(parent.children, closedSuite(suite, byteEnd));
    // Once a run may be as long as the document, there is nothing left to join.
    while (this.#nodes > this.#mostNodes && this.#leastBytes < byteEnd) {
      this.#leastBytes = Math.max(256, this.#leastBytes * 2);
      for (const each of open) this.#prune(each.children);
    }
  }

  /** The whole tree, once nothing in the root is open. */
  root(root: OpenSuite, byteEnd: number): SuiteNode {
    return closedSuite(root, byteEnd);
  }

  /** Puts a node that is counted behind those before it, or into the run that they end with. */
  #add(list: ClosedSuite[], node: ClosedSuite): void {
    if (node.byteLength < this.#leastBytes) {
      this.#shut(node);
      const last = list.at(-1);
      if (last !== undefined && this.#areOneRun(last, node)) {
        list[list.length - 1] = joined(last, node);
        this.#nodes--;
        return;
      }
    }
    list.push(node);
  }

  /** What lies between two suites belongs to neither: a run over much of it would seem larger than it is. */
  #areOneRun(before: ClosedSuite, node: ClosedSuite): boolean {
    const span = node.byteOffset + node.byteLength - before.byteOffset;
    return before.byteLength < this.#leastBytes && span < 2 * this.#leastBytes;
  }

  /** Drops what is in a node. */
  #shut(node: ClosedSuite): void {
    for (const child of node.children) {
      this.#shut(child);
      this.#nodes--;
      node.omitted.suites += child.run === undefined ? 1 + child.omitted.suites : child.omitted.suites;
      node.omitted.bytes += child.run === undefined ? child.byteLength : child.omitted.bytes;
    }
    node.children = [];
  }

  #prune(list: ClosedSuite[]): void {
    const all = list.splice(0);
    for (const node of all) {
      if (node.byteLength >= this.#leastBytes) this.#prune(node.children);
      this.#add(list, node);
    }
  }
}

/** Two neighbours, either of which may be a run, as one run. */
function joined(before: ClosedSuite, node: ClosedSuite): ClosedSuite {
  const both = [before, node];
  const sum = (of: (suite: ClosedSuite) => number): number => of(before) + of(node);
  return {
    name: '',
    byteOffset: before.byteOffset,
    byteLength: node.byteOffset + node.byteLength - before.byteOffset,
    testcases: sum(({ testcases }) => testcases),
    outcomes: sumOfOutcomes(both),
    seconds: sum(({ seconds }) => seconds),
    children: [],
    omitted: {
      suites: both.reduce((all, { run, omitted }) => all + omitted.suites + (run === undefined ? 1 : 0), 0),
      bytes: both.reduce(
        (all, { run, omitted, byteLength }) => all + (run === undefined ? byteLength : omitted.bytes),
        0,
      ),
    },
    run: sum(({ run }) => run ?? 1),
  };
}

function closedSuite(suite: OpenSuite, byteEnd: number): ClosedSuite {
  return {
    ...rankedSuite(suite, byteEnd),
    children: suite.children,
    omitted: { suites: 0, bytes: 0 },
  };
}
