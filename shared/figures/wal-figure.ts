import type { WalReport } from '../model/database.ts';
import { formatCount } from '../wording/figures.ts';
import type { PaletteName, Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

const BAR_TOP = 12;
const BAR_HEIGHT = 18;
const MOST_TICKS = 200;

type FrameKind = 'committed' | 'open' | 'stale' | 'torn';
const FILLS: Readonly<Record<FrameKind, PaletteName>> = {
  committed: 'ok',
  open: 'warning',
  stale: 'grid',
  torn: 'danger',
};
const WORDS: Readonly<Record<FrameKind, string>> = {
  committed: 'committed',
  open: 'after the last commit: an open transaction',
  stale: 'of an earlier generation, which nobody reads any more',
  torn: 'cut short',
};

/**
 * The frames of a write-ahead log in the order of the file, from the left: committed, of the open transaction, left over,
 * torn. Commits are ticks above the bar. Open frames stand higher than the others, so that they show without colour.
 */
export function layoutWal(wal: WalReport, width: number): Scene {
  const parts: readonly { readonly kind: FrameKind; readonly frames: number }[] = [
    { kind: 'committed', frames: wal.committedFrames },
    { kind: 'open', frames: wal.uncommittedFrames },
    { kind: 'stale', frames: wal.staleFrames },
    { kind: 'torn', frames: wal.tornBytes > 0 ? 1 : 0 },
  ];
  const total = Math.max(
    1,
    parts.reduce((sum, { frames }) => sum + frames, 0),
  );
  const xOf = (frames: number): number => (frames / total) * width;
  const nodes: SceneNode[] = [{ type: 'rect', x: 0, y: BAR_TOP, width, height: BAR_HEIGHT, fill: 'grid', radius: 2 }];
  let first = 0;
  for (const { kind, frames } of parts) {
    if (frames === 0) continue;
    const x = xOf(first);
    const partWidth = Math.max(2, xOf(frames));
    const raise = kind === 'open' ? 4 : 0;
    const range =
      frames === 1
        ? `frame ${formatCount(first + 1)}`
        : `frames ${formatCount(first + 1)} to ${formatCount(first + frames)}`;
    nodes.push({
      type: 'rect',
      x: Math.min(x, width - 2),
      y: BAR_TOP - raise,
      width: Math.min(partWidth, width - Math.min(x, width - 2)),
      height: BAR_HEIGHT + 2 * raise,
      fill: FILLS[kind],
      stroke: kind === 'stale' ? 'faint' : FILLS[kind],
      radius: 2,
      title: `${range}: ${WORDS[kind]}`,
    });
    const words = `${formatCount(frames)} ${kind}`;
    if (estimateTextWidth(words, 10) + 8 < partWidth) {
      const fill = kind === 'stale' ? 'muted' : 'surface';
      nodes.push({ type: 'text', x: x + 6, y: BAR_TOP + 13, text: words, fill, size: 10, weight: 'bold' });
    }
    first += frames;
  }
  for (const commit of (wal.commits ?? []).slice(-MOST_TICKS)) {
    const x = Math.min(width - 0.5, xOf(commit.frame));
    const title = `commit in frame ${formatCount(commit.frame)}, ${formatCount(commit.frames)} frames`;
    nodes.push({ type: 'line', x1: x, y1: BAR_TOP - 6, x2: x, y2: BAR_TOP - 1, stroke: 'muted', title });
  }
  const stop = wal.stop ?? null;
  if (stop !== null) {
    const x = Math.min(width - 1, xOf(stop.frame - 1));
    nodes.push({
      type: 'line',
      x1: x,
      y1: BAR_TOP - 8,
      x2: x,
      y2: BAR_TOP + BAR_HEIGHT + 8,
      stroke: 'danger',
      dash: '3 2',
      width: 1.5,
    });
  }
  const counts = parts.filter(({ frames }) => frames > 0).map(({ kind, frames }) => `${formatCount(frames)} ${kind}`);
  return {
    width,
    height: BAR_TOP + BAR_HEIGHT + 10,
    description: `Frames of the write-ahead log: ${counts.length === 0 ? 'none' : counts.join(', ')}.`,
    nodes,
  };
}
