import { describe, expect, it } from 'vitest';
import { fileMapHeight, layoutFileMap, type PlacedTile } from '../../../shared/figures/file-map-figure.ts';
import {
  type MapPath,
  type MapStep,
  stopOf,
  tileBeside,
  wholePath,
  zoomOut,
  zoomTo,
} from '../../../shared/figures/file-map-zoom.ts';
import { layoutHistogram } from '../../../shared/figures/histogram-figure.ts';
import { layoutProfile } from '../../../shared/figures/profile-figure.ts';
import type { SuiteNode } from '../../../shared/model/artifact.ts';
import { parseProfile, sample } from '../../support/profiles.ts';
import { referenceEvidence } from '../../support/reference-case.ts';

const artifact = referenceEvidence().artifacts[0];
if (artifact === undefined) throw new Error('the reference case has an artifact');
const NONE = { suites: 0, bytes: 0 };

function suite(values: Partial<SuiteNode>): SuiteNode {
  return {
    name: 'a',
    byteOffset: 0,
    byteLength: 100,
    testcases: 10,
    outcomes: { passed: 10, skipped: 0, failed: 0, error: 0 },
    seconds: 1,
    children: [],
    omitted: NONE,
    ...values,
  };
}

describe('the map of the file', () => {
  const root = suite({
    name: 'root',
    byteLength: 1_000,
    children: [
      suite({ name: 'good', byteOffset: 10, byteLength: 400, children: [suite({ name: 'inner', byteOffset: 20 })] }),
      suite({
        name: 'bad',
        byteOffset: 410,
        byteLength: 590,
        outcomes: { passed: 4, skipped: 1, failed: 5, error: 0 },
      }),
    ],
  });
  const { scene } = layoutFileMap(root, 1_000, 1_000);
  const rects = scene.nodes.filter((node) => node.type === 'rect' && node.at !== undefined);

  it('makes every suite as wide as its bytes, where they stand, one row below what it is in', () => {
    const of = (at: number) => rects.find((node) => node.at === at);
    expect(of(10)).toMatchObject({ x: 10, width: 399, fill: 'ok-soft' });
    expect(of(410)).toMatchObject({ x: 410, width: 589, fill: 'danger-soft' });
    const outer = of(10);
    const inner = of(20);
    if (outer?.type !== 'rect' || inner?.type !== 'rect') throw new Error('both are drawn');
    expect(inner.y).toBeGreaterThanOrEqual(outer.y + outer.height);
    expect(scene.height).toBe(fileMapHeight(root));
  });

  it('tells outcomes without colour: by a bar, a sign and words', () => {
    const words = scene.nodes.map((node) => `${node.type === 'text' ? node.text : ''} ${node.title ?? ''}`).join('\n');
    expect(words).toContain('✗ 5');
    expect(words).toContain('5 failed');
    expect(rects.filter((node) => node.at === 410 && 'fill' in node && node.fill === 'danger')).toHaveLength(1);
  });

  it('joins suites too narrow to be told apart, and draws them one by one once they fill the map', () => {
    const many = suite({
      byteLength: 100_000,
      children: Array.from({ length: 10_000 }, (_, index) => suite({ byteOffset: 1 + index * 9, byteLength: 9 })),
    });
    const { tiles, scene: drawn } = layoutFileMap(many, 100_000, 1_000);
    expect(drawn.nodes.length).toBeLessThan(1_000);
    const [, first] = tiles;
    if (first === undefined) throw new Error('there is a tile below the root');
    expect(first.node).toBeNull();
    expect(tiles.reduce((sum, { depth, suites }) => sum + (depth === 1 ? suites : 0), 0)).toBe(10_000);
    expect(drawn.nodes.some((node) => node.type === 'text' && node.text.includes('several small suites'))).toBe(true);
    const path = zoomTo(wholePath(many, 100_000), many, first);
    const closer = layoutFileMap(many, 100_000, 1_000, stopOf(path)).tiles.filter(({ depth }) => depth === 1);
    expect(closer.map(({ suites }) => suites)).toEqual(Array.from({ length: first.suites }, () => 1));
    expect(closer.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(1_000, 3);
  });

  it('labels the bytes of a stretch so that neighbours differ', () => {
    const view = { span: { from: 6_998_928, to: 7_286_000 }, depth: 1 };
    const words = layoutFileMap(root, 60_000_000, 1_000, view).scene.nodes.flatMap((node) =>
      node.type === 'text' && node.text.endsWith('MB') ? [node.text] : [],
    );
    expect(words.length).toBeGreaterThan(3);
    expect(new Set(words).size).toBe(words.length);
    expect(words).toContain('7.10 MB');
  });
});

describe('the way through the map', () => {
  const deep = suite({
    name: 'deep',
    byteOffset: 100,
    byteLength: 300,
    children: [suite({ name: 'inner', byteOffset: 110 })],
  });
  const root = suite({
    name: 'root',
    byteLength: 1_000,
    children: [suite({ name: 'first', byteOffset: 10, byteLength: 80 }), deep],
  });
  const whole = wholePath(root, 1_000);
  const { tiles } = layoutFileMap(root, 1_000, 1_000);
  const tileOf = (name: string): PlacedTile => {
    const found = tiles.find((tile) => tile.name === name);
    if (found === undefined) throw new Error(`${name} is drawn`);
    return found;
  };
  const names = (path: MapPath): readonly string[] => path.map(({ name }) => name);

  it('goes into a suite by way of those around it, and back one by one', () => {
    const path = zoomTo(whole, root, tileOf('inner'));
    expect(names(path)).toEqual(['root', 'deep', 'inner']);
    expect(stopOf(path)).toMatchObject({ span: { from: 110, to: 210 }, depth: 2 });
    expect(names(zoomOut(path))).toEqual(['root', 'deep']);
    expect(names(zoomOut(zoomOut(zoomOut(path))))).toEqual(['root']);
  });

  it('goes back to a suite that is pointed at above what fills the map', () => {
    const path = zoomTo(whole, root, tileOf('inner'));
    expect(names(zoomTo(path, root, tileOf('deep')))).toEqual(['root', 'deep']);
    expect(names(zoomTo(path, root, tileOf('root')))).toEqual(['root']);
    expect(names(zoomTo(path, root, tileOf('first')))).toEqual(['root', 'first']);
  });

  it('leads by keys to neighbours, inwards and outwards, and nowhere beyond the ends', () => {
    const to = (from: string, step: MapStep): string | undefined => tileBeside(tiles, tileOf(from), step)?.name;
    expect(to('first', 'next')).toBe('deep');
    expect(to('deep', 'previous')).toBe('first');
    expect(to('deep', 'in')).toBe('inner');
    expect(to('inner', 'out')).toBe('deep');
    expect(to('root', 'in')).toBe('first');
    expect([to('deep', 'next'), to('first', 'in'), to('root', 'out')]).toEqual([undefined, undefined, undefined]);
    expect([to('first', 'last'), to('deep', 'first')]).toEqual(['deep', 'first']);
  });

  it('shows a suite deep down with those around it', () => {
    const chain = Array.from({ length: 30 }, (_, index) => index).reduceRight<SuiteNode>(
      (inner, index) => suite({ name: `d${index}`, byteOffset: index, byteLength: 100 - index, children: [inner] }),
      suite({ name: 'd30', byteOffset: 30, byteLength: 40 }),
    );
    const drawn = layoutFileMap(chain, 100, 600, { span: { from: 30, to: 70 }, depth: 30 }).tiles;
    expect(drawn.map(({ name }) => name)).toContain('d30');
    expect(Math.max(...drawn.map(({ y, height }) => y + height))).toBeLessThan(fileMapHeight(chain));
  });
});

describe('a histogram', () => {
  const view = { width: 400, height: 160, label: (value: number) => `${value}`, what: 'cases', of: 'size' };

  it('draws a bar for every bin that holds something, and nothing apart from the rest', () => {
    const scene = layoutHistogram({ lowest: 1, binsPerDecade: 4, zero: 3, counts: [0, 5, 0, 1] }, view);
    const titles = scene.nodes.flatMap((node) => (node.type === 'rect' ? [node.title] : []));
    expect(titles).toHaveLength(3);
    expect(titles[0]).toBe('3 cases of 0');
    expect(scene.description).toContain('9 cases');
  });

  it('draws an empty one', () => {
    const scene = layoutHistogram({ lowest: 1, binsPerDecade: 4, zero: 0, counts: [] }, view);
    expect(JSON.stringify(scene)).not.toMatch(/null|NaN/);
  });
});

describe('the profile with a tree', () => {
  const tree = parseProfile({
    samples: [sample({ rssBytes: 1e8 }), sample({ bytes: 2e7, seconds: 1, rssBytes: 4e8 })],
    memoryLimitBytes: 3e8,
    outcome: { kind: 'memory-limit', limitBytes: 3e8, atBytes: 2e7, of: 'heap' },
    gcs: [{ atBytes: 1e7, seconds: 0.5, pauseMillis: 30, kind: 'major' }],
    gc: { count: 4, pauseMillis: 52 },
  });
  const scene = layoutProfile({ ...artifact, tree }, { width: 600, height: 300 });
  const words = scene.nodes.map((node) => `${node.type === 'text' ? node.text : ''} ${node.title ?? ''}`).join('\n');

  it('names both parses, marks where the limit ended the tree, and its collections', () => {
    for (const each of ['resident, stream', 'resident, tree', 'throughput, tree']) expect(words).toContain(each);
    expect(words).toContain('✗ limit of 300 MB at byte 20,000,000');
    expect(words).toContain('4 garbage collections of the tree');
    expect(words).toContain('major collection');
    expect(scene.description).toContain('reached the limit of 300 MB');
  });
});
