import { describe, expect, it } from 'vitest';
import { layoutGrowth } from '../../../shared/figures/growth-figure.ts';
import type { Scene, SceneNode } from '../../../shared/figures/scene.ts';
import { layoutSizeTreemap } from '../../../shared/figures/size-treemap.ts';
import { layoutWal } from '../../../shared/figures/wal-figure.ts';
import type { JobGrowth, TableSize, WalReport } from '../../../shared/model/database.ts';
import { referenceEvidence } from '../../support/reference-case.ts';

const rects = (scene: Scene) =>
  scene.nodes.filter((node): node is SceneNode & { type: 'rect' } => node.type === 'rect');
const texts = (scene: Scene) => scene.nodes.flatMap((node) => (node.type === 'text' ? [node.text] : []));

const size = (name: string, bytes: number, tableName = name): TableSize => ({
  name,
  type: name === tableName ? 'table' : 'index',
  tableName,
  rows: name === tableName ? 1 : null,
  pages: bytes / 100,
  bytes,
});

describe('sizes as areas', () => {
  it('are as large as the bytes they stand for, and lead to their tables', () => {
    const sizes = [size('a', 6_000), size('b', 3_000), size('b_index', 1_000, 'b')];
    const scene = layoutSizeTreemap(sizes, { width: 400, height: 250 });
    const tiles = rects(scene);
    expect(tiles.map(({ row }) => row).sort()).toEqual([0, 1, 2]);
    for (const { row = 0, width, height } of tiles) {
      const share = ((width + 1) * (height + 1)) / (400 * 250);
      expect(share).toBeCloseTo((sizes[row]?.bytes ?? 0) / 10_000, 1);
    }
    expect(tiles.find(({ row }) => row === 2)?.fill).not.toBe(tiles.find(({ row }) => row === 0)?.fill);
    expect(scene.description).toBe('3 tables and indexes take 10.0 kB; the largest is a with 6.0 kB.');
  });

  it('put what is beyond the limit into one tile, and stay within the picture', () => {
    const sizes = Array.from({ length: 400 }, (_, index) => size(`table_${index}`, 100 * (index + 1)));
    const scene = layoutSizeTreemap(sizes, { width: 600, height: 250 });
    expect(texts(scene)).toContain('250 more');
    for (const { x, y, width, height } of rects(scene)) {
      expect(x >= 0 && y >= 0 && x + width <= 600 && y + height <= 250).toBe(true);
    }
  });

  it('draw nothing of nothing', () => {
    expect(layoutSizeTreemap([], { width: 100, height: 100 }).nodes).toEqual([]);
  });
});

describe('the growth of jobs', () => {
  const growth = (sizes: readonly number[], own: number | null): JobGrowth => ({
    group: 'VPN',
    points: sizes.map((each, index) => ({ key: String(index + 1), timestamp: null, size: each })),
    size: own,
    medianSize: 300,
    ratio: own === null ? null : own / 300,
  });
  const view = { width: 500, height: 190 };

  it('shows a job that is hundreds of times larger beside those before it', () => {
    const scene = layoutGrowth(growth([300, 290, 310], 110_000), '14', view);
    expect(scene.description).toBe('3 earlier VPN jobs, 300 at the median; job 14 has 110,000, 367 times that.');
    const bars = rects(scene);
    expect(bars).toHaveLength(4);
    expect(bars.filter(({ fill }) => fill === 'accent')).toHaveLength(1);
    // The small ones are still to be seen: the axis is logarithmic, and says so.
    expect(Math.min(...bars.map(({ height }) => height))).toBeGreaterThan(10);
    expect(texts(scene)).toEqual(expect.arrayContaining(['110,000', 'median 300', 'rows by job, logarithmic']));
  });

  it('keeps to a linear axis where sizes are alike, and draws the job once', () => {
    const scene = layoutGrowth(growth([300, 290, 310], 310), '3', view);
    expect(texts(scene)).toContain('rows by job');
    expect(rects(scene)).toHaveLength(3);
  });

  it('stays within its picture, whatever the sizes are', () => {
    for (const sizes of [[], [0], [0, 0, 1e9], Array.from({ length: 900 }, (_, index) => index)]) {
      for (const own of [null, 0, 5e8]) {
        for (const node of layoutGrowth(growth(sizes, own), '14', view).nodes) {
          if (node.type !== 'rect') continue;
          expect(Number.isFinite(node.x + node.y + node.width + node.height)).toBe(true);
          expect(node.y).toBeGreaterThanOrEqual(0);
          expect(node.y + node.height).toBeLessThanOrEqual(view.height);
          expect(node.x + node.width).toBeLessThanOrEqual(view.width);
        }
      }
    }
  });
});

describe('the frames of a write-ahead log', () => {
  const reference = referenceEvidence().databases[0]?.wal;
  if (reference === null || reference === undefined) throw new Error('the reference case has no -wal');
  const wal = (part: Partial<WalReport>): WalReport => ({ ...reference, ...part });
  const counted = { committedFrames: 60, uncommittedFrames: 30, staleFrames: 10, tornBytes: 0 };

  it('have widths by their numbers, and the open ones stand out', () => {
    const scene = layoutWal(wal(counted), 1_000);
    const [, committed, open, stale] = rects(scene);
    expect([committed?.width, open?.width, stale?.width]).toEqual([600, 300, 100]);
    expect(open?.height).toBeGreaterThan(committed?.height ?? 0);
    expect(open?.title).toBe('frames 61 to 90: after the last commit: an open transaction');
    expect(scene.description).toBe('Frames of the write-ahead log: 60 committed, 30 open, 10 stale.');
  });

  it('keep few of many in sight, and mark commits and the place where reading stops', () => {
    const scene = layoutWal(
      wal({
        ...counted,
        committedFrames: 100_000,
        uncommittedFrames: 1,
        tornBytes: 12,
        commits: [{ frame: 500, frames: 500, databasePages: 9 }],
        stop: { frame: 100_002, reason: 'torn', source: reference.source },
      }),
      800,
    );
    expect(Math.min(...rects(scene).map(({ width }) => width))).toBeGreaterThanOrEqual(2);
    const lines = scene.nodes.filter(({ type }) => type === 'line');
    expect(lines.map(({ title }) => title)).toEqual(['commit in frame 500, 500 frames', undefined]);
  });

  it('are told to be none', () => {
    const none = wal({ committedFrames: 0, uncommittedFrames: 0, staleFrames: 0, tornBytes: 0 });
    expect(layoutWal(none, 300).description).toBe('Frames of the write-ahead log: none.');
  });
});
