import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SuiteNode } from '../../../shared/model/artifact.ts';
import { type OpenSuite, openSuite, SuiteMap } from '../../../shared/profiling/suite-map.ts';
import { runs } from '../../support/properties.ts';

/** A document of suites with nothing but themselves in them: `[bytes, children]`, the bytes between begin and children. */
type Plan = readonly [bytes: number, children: readonly Plan[]];

function mapOf(plan: Plan, mostNodes?: number): SuiteNode {
  const map = new SuiteMap(mostNodes);
  const open: OpenSuite[] = [];
  let at = 0;
  const read = ([bytes, children]: Plan): OpenSuite => {
    const suite = openSuite(`s${at}`, at, null);
    at += bytes;
    open.push(suite);
    for (const child of children) {
      const inner = read(child);
      map.close(inner, at, open);
    }
    open.pop();
    at += 1;
    suite.testcases += 1;
    for (const each of open) each.testcases += 1;
    return suite;
  };
  const root = read(plan);
  return map.root(root, at);
}

function* nodesOf(node: SuiteNode): Generator<SuiteNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

/** Suites that a node stands for, itself and all in it. */
function suitesOf(node: SuiteNode): number {
  const own = node.run === undefined ? 1 : 0;
  return own + node.omitted.suites + node.children.reduce((sum, child) => sum + suitesOf(child), 0);
}

const flat = (count: number, bytes: number): Plan => [10, Array.from({ length: count }, (): Plan => [bytes, []])];

describe('the map of suites', () => {
  it('keeps ten thousand suites one by one', () => {
    const root = mapOf(flat(10_000, 200));
    expect(root.children).toHaveLength(10_000);
    expect(root.children.every(({ run, omitted }) => run === undefined && omitted.suites === 0)).toBe(true);
  });

  it('joins neighbours where there are more, and loses none of them', () => {
    const root = mapOf(flat(40_000, 200));
    const nodes = [...nodesOf(root)];
    expect(nodes.length).toBeLessThan(12_002);
    expect(nodes.length).toBeGreaterThan(3_000);
    expect(suitesOf(root)).toBe(40_001);
    expect(root.children.reduce((sum, { testcases }) => sum + testcases, 0)).toBe(40_000);
    // One beside the other from the first to the last byte of them.
    expect(root.children[0]?.byteOffset).toBe(10);
    for (const [index, { byteOffset, byteLength }] of root.children.entries()) {
      expect(root.children[index + 1]?.byteOffset ?? byteOffset + byteLength).toBe(byteOffset + byteLength);
    }
  });

  it('keeps a large suite among many small ones by its name', () => {
    const small = Array.from({ length: 15_000 }, (): Plan => [30, []]);
    const root = mapOf([10, [...small, [50_000, []], ...small]]);
    const large = root.children.filter(({ byteLength }) => byteLength > 50_000);
    expect(large).toHaveLength(1);
    expect(large[0]?.run).toBeUndefined();
    expect(large[0]?.name).toMatch(/^s\d+$/);
    expect(suitesOf(root)).toBe(30_002);
  });

  it('holds every suite once, in the order of the file, however they are nested', () => {
    const bytes = fc.integer({ min: 1, max: 400 });
    const plan: fc.Memo<Plan> = fc.memo((depth) =>
      fc.tuple(bytes, depth <= 1 ? fc.constant<Plan[]>([]) : fc.array(plan(), { maxLength: 3 })),
    );
    fc.assert(
      fc.property(plan(4), fc.integer({ min: 1, max: 40 }), (inner, copies) => {
        const whole: Plan = [1, Array.from({ length: copies }, () => inner)];
        const count = ([, children]: Plan): number => 1 + children.reduce((sum, each) => sum + count(each), 0);
        const root = mapOf(whole, 30);
        expect(suitesOf(root)).toBe(count(whole));
        for (const { byteOffset, byteLength, children } of nodesOf(root)) {
          let end = byteOffset;
          for (const child of children) {
            expect(child.byteOffset).toBeGreaterThanOrEqual(end);
            end = child.byteOffset + child.byteLength;
          }
          expect(end).toBeLessThanOrEqual(byteOffset + byteLength);
        }
      }),
      { numRuns: runs(40) },
    );
  });
});
