import type { RankedSuite, SuiteNode } from '../model/artifact.ts';

/** Suites that a map holds; a picture shows hundreds. */
const MOST_NODES = 2_000;

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
  omittedSuites: number;
  omittedBytes: number;
}

interface ClosedSuite extends RankedSuite {
  children: ClosedSuite[];
  omitted: { suites: number; bytes: number };
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
    omittedSuites: 0,
    omittedBytes: 0,
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
 * doubles are dropped into their parents' `omitted`, so that the tree depends on the document alone and not on how it came.
 */
export class SuiteMap {
  #nodes = 0;
  #leastBytes = 0;

  /** Adds a suite that was closed to the one around it. `open` are all that are still open, the outermost first. */
  close(suite: OpenSuite, byteEnd: number, open: readonly OpenSuite[]): void {
    const parent = open.at(-1);
    if (parent === undefined) return;
    const closed = closedSuite(suite, byteEnd);
    if (closed.byteLength < this.#leastBytes) {
      this.#omit(parent, closed);
      return;
    }
    parent.children.push(closed);
    this.#nodes++;
    while (this.#nodes > MOST_NODES) {
      this.#leastBytes = Math.max(256, this.#leastBytes * 2);
      for (const each of open) {
        const dropped = this.#prune(each.children);
        each.omittedSuites += dropped.suites;
        each.omittedBytes += dropped.bytes;
      }
    }
  }

  /** The whole tree, once nothing in the root is open. */
  root(root: OpenSuite, byteEnd: number): SuiteNode {
    return closedSuite(root, byteEnd);
  }

  #omit(parent: OpenSuite, closed: ClosedSuite): void {
    parent.omittedSuites += 1 + this.#drop(closed);
    parent.omittedBytes += closed.byteLength;
  }

  /** Suites in a node that goes, which are no longer counted as kept. */
  #drop(node: ClosedSuite): number {
    let suites = node.omitted.suites;
    for (const child of node.children) {
      this.#nodes--;
      suites += 1 + this.#drop(child);
    }
    return suites;
  }

  /** Removes what is too small from a list and from the lists below it. */
  #prune(list: ClosedSuite[]): { suites: number; bytes: number } {
    const dropped = { suites: 0, bytes: 0 };
    let kept = 0;
    for (const node of list) {
      if (node.byteLength < this.#leastBytes) {
        this.#nodes--;
        dropped.suites += 1 + this.#drop(node);
        dropped.bytes += node.byteLength;
        continue;
      }
      const below = this.#prune(node.children);
      node.omitted = { suites: node.omitted.suites + below.suites, bytes: node.omitted.bytes + below.bytes };
      list[kept++] = node;
    }
    list.length = kept;
    return dropped;
  }
}

function closedSuite(suite: OpenSuite, byteEnd: number): ClosedSuite {
  return {
    ...rankedSuite(suite, byteEnd),
    children: suite.children,
    omitted: { suites: suite.omittedSuites, bytes: suite.omittedBytes },
  };
}
