import { describe, expect, it } from 'vitest';
import { fileMapHeight, layoutFileMap } from '../../../shared/figures/file-map-figure.ts';
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
  const scene = layoutFileMap(root, 1_000, 1_000);
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
    expect(words).toContain('✕ 5');
    expect(words).toContain('5 failed');
    expect(rects.filter((node) => node.at === 410 && 'fill' in node && node.fill === 'danger')).toHaveLength(1);
  });

  it('does not draw suites too narrow to be seen', () => {
    const many = suite({
      byteLength: 100_000,
      children: Array.from({ length: 10_000 }, (_, index) => suite({ byteOffset: index * 10, byteLength: 10 })),
    });
    expect(layoutFileMap(many, 100_000, 500).nodes.length).toBeLessThan(100);
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
    expect(words).toContain('✕ limit of 300 MB at byte 20,000,000');
    expect(words).toContain('4 garbage collections of the tree');
    expect(words).toContain('major collection');
    expect(scene.description).toContain('reached the limit of 300 MB');
  });
});
