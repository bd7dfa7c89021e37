import type { SuiteNode } from '../model/artifact.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../wording/figures.ts';
import { byteSpanTicks } from './byte-axis.ts';
import { type ByteSpan, type MapTile, mapTiles, wholeSpan } from './file-map-tiles.ts';
import type { PaletteName, Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

const ROW_PX = 44;
const ROOT_ROW_PX = 22;
const AXIS_PX = 26;
const LEGEND_ROW_PX = 16;
const LEGEND_GAP_PX = 4;
const GAP_PX = 1;
/** Rows below the uppermost. */
const MOST_ROWS = 6;
const BAR_PX = 12;
/** Rows above the suite that fills the picture that stay in view. */
const ROWS_ABOVE = 2;

/** What of a file its map shows; all of it unless given. */
export interface FileMapView {
  readonly span: ByteSpan;
  /** Rows below the root of what fills the picture, so that it is in view however deep it is. */
  readonly depth: number;
}

/** A tile with its rows: where it is drawn. */
export interface PlacedTile extends MapTile {
  readonly y: number;
  readonly height: number;
}

export interface FileMap {
  readonly scene: Scene;
  /** What is drawn, for pointing at it: `at` of its nodes is its `byteOffset`. */
  readonly tiles: readonly PlacedTile[];
}

/** Height that the map of a file takes at least; on a narrow page its legend takes more. It is the same whatever is shown. */
export function fileMapHeight(root: SuiteNode): number {
  return LEGEND_ROW_PX + LEGEND_GAP_PX + heightBelowLegend(root);
}

function heightBelowLegend(root: SuiteNode): number {
  return ROOT_ROW_PX + rowsOf(root) * ROW_PX + AXIS_PX;
}

function rowsOf(root: SuiteNode): number {
  return Math.min(MOST_ROWS, depthOf(root) - 1);
}

function depthOf(node: SuiteNode): number {
  return 1 + node.children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
}

/**
 * The file from its first byte to its last as an icicle, or a stretch of it: every suite as wide as its bytes, below the
 * suite it is in. The ground tells the worst outcome in it; a bar at its foot is as long as the share of its tests that did
 * not pass, so that colour is not the only key. Neighbours too narrow to be told apart share a tile with a doubled edge.
 */
export function layoutFileMap(root: SuiteNode, fileBytes: number, width: number, view?: FileMapView): FileMap {
  const span = view?.span ?? wholeSpan(root, fileBytes);
  const rows = rowsOf(root);
  const deepest = depthOf(root) - 1;
  const topDepth = Math.max(0, Math.min(deepest - rows, (view?.depth ?? 0) - ROWS_ABOVE));
  const shown = mapTiles(root, span, width).filter(({ depth }) => depth >= topDepth && depth <= topDepth + rows);
  const key = legend(
    width,
    shown.some(({ suites }) => suites > 1),
  );
  const top = key.height + LEGEND_GAP_PX;
  const tiles = shown.map((tile): PlacedTile => {
    const row = tile.depth - topDepth;
    const y = top + (row === 0 ? 0 : ROOT_ROW_PX + (row - 1) * ROW_PX);
    return { ...tile, y, height: (row === 0 ? ROOT_ROW_PX : ROW_PX) - GAP_PX };
  });
  const nodes = [
    ...key.nodes,
    ...tiles.flatMap((tile) => tileNodes(tile, tile.depth > topDepth)),
    ...axis(span, width, top + ROOT_ROW_PX + rows * ROW_PX),
  ];
  const height = top + heightBelowLegend(root);
  return { scene: { width, height, description: describe(root, fileBytes, view), nodes }, tiles };
}

function describe(root: SuiteNode, fileBytes: number, view: FileMapView | undefined): string {
  const suites = plural(countSuites(root), 'suite');
  const whole = `The file by its suites: ${suites} in ${formatBytes(fileBytes)}`;
  return view === undefined
    ? `${whole}.`
    : `${whole}, bytes ${formatCount(view.span.from)} to ${formatCount(view.span.to)} shown.`;
}

/** Suites in a node, those that were not kept included. */
function countSuites(node: SuiteNode): number {
  const own = node.omitted.suites;
  return node.children.reduce((sum, child) => sum + (child.run === undefined ? 1 : 0) + countSuites(child), own);
}

function axis(span: ByteSpan, width: number, top: number): readonly SceneNode[] {
  const { ticks, label } = byteSpanTicks(span.from, span.to, Math.max(3, Math.floor(width / 130)));
  return ticks.flatMap((tick): readonly SceneNode[] => {
    const at = ((tick - span.from) / Math.max(1, span.to - span.from)) * width;
    const words = label(tick);
    const half = estimateTextWidth(words, 9) / 2;
    const anchor = at < half ? 'start' : at > width - half ? 'end' : 'middle';
    return [
      { type: 'line', x1: at, y1: top, x2: at, y2: top + 4, stroke: 'faint' },
      { type: 'text', x: at, y: top + 15, text: words, fill: 'muted', size: 9, anchor },
    ];
  });
}

/** `isFull`: in a row that has room for the bars and a second line. */
function tileNodes(tile: PlacedTile, isFull: boolean): readonly SceneNode[] {
  const { x, y, height, outcomes, testcases } = tile;
  const width = Math.max(0.8, tile.width - (tile.width > 3 ? GAP_PX : 0));
  const bad = outcomes.failed + outcomes.error;
  const link = { title: tileTitle(tile), at: tile.byteOffset };
  const clip = { x, y, width, height };
  const nodes: SceneNode[] = [
    { type: 'rect', x, y, width, height, fill: groundOf(tile), radius: width > 8 ? 2 : 0, ...link },
  ];
  const bar = (top: number, barHeight: number, fill: PaletteName): void => {
    if (barHeight > 0) nodes.push({ type: 'rect', x, y: top, width, height: barHeight, fill, ...link });
  };
  if (isFull && testcases > 0) {
    const foot = y + height;
    const badHeight = bad === 0 ? 0 : Math.max(2, (bad / testcases) * BAR_PX);
    const skippedHeight = outcomes.skipped === 0 ? 0 : Math.max(1, (outcomes.skipped / testcases) * BAR_PX);
    bar(foot - badHeight - skippedHeight, skippedHeight, 'faint');
    bar(foot - badHeight, badHeight, 'danger');
  }
  if (tile.suites > 1) bar(y + RUN_EDGE_PX, 1, 'muted');
  const label = fitted(tileName(tile), width - 10);
  if (label === null) return nodes;
  const text = { type: 'text', x: x + 5, clip, at: tile.byteOffset } as const;
  nodes.push({ ...text, y: y + 15, text: label, fill: 'ink', size: 9.5 });
  const second = bad > 0 ? `✗ ${formatCount(bad)}` : outcomes.passed > 0 ? '✓' : '';
  if (isFull && second !== '' && estimateTextWidth(second, 9) < width - 10) {
    nodes.push({ ...text, y: y + 27, text: second, fill: bad > 0 ? 'danger' : 'ok', size: 9 });
  }
  return nodes;
}

const RUN_EDGE_PX = 2.5;
const FEW_BAD = 0.05;

function groundOf({ outcomes, testcases }: MapTile): PaletteName {
  const bad = outcomes.failed + outcomes.error;
  if (testcases === 0) return 'grid';
  if (bad === 0) return outcomes.passed === 0 ? 'grid' : 'ok-soft';
  return bad / testcases <= FEW_BAD ? 'warning-soft' : 'danger-soft';
}

/** As much of a name as fits with an ellipsis; null where not even a few letters do. */
function fitted(name: string, width: number): string | null {
  if (estimateTextWidth(name, 9.5) <= width) return name;
  if (width < 30) return null;
  let shown = name;
  while (shown.length > 1 && estimateTextWidth(`${shown}…`, 9.5) > width) {
    shown = shown.slice(0, Math.floor(shown.length * 0.9));
  }
  return `${shown}…`;
}

/** What a tile is called: by its suite, or by how many it stands for. */
export function tileName({ name, suites }: Pick<MapTile, 'name' | 'suites'>): string {
  if (suites > 1) return plural(suites, 'suite');
  return name === '' ? '(no name)' : name;
}

/** What a tile holds: `288 kB at byte 5,903,178, 500 test cases, 10 failed, 12 min 54 s`. */
export function tileFigures({ byteOffset, byteLength, testcases, outcomes, seconds, node }: MapTile): string {
  const within = node?.run === undefined ? (node?.omitted.suites ?? 0) : 0;
  const parts = [
    `${formatBytes(byteLength)} at byte ${formatCount(byteOffset)}`,
    plural(testcases, 'test case'),
    outcomes.failed > 0 ? `${formatCount(outcomes.failed)} failed` : '',
    outcomes.error > 0 ? plural(outcomes.error, 'error') : '',
    outcomes.skipped > 0 ? `${formatCount(outcomes.skipped)} skipped` : '',
    seconds > 0 ? formatSeconds(seconds) : '',
    within > 0 ? `${plural(within, 'smaller suite')} in it not drawn` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function tileTitle(tile: MapTile): string {
  return `${tileName(tile)}\n${tileFigures(tile)}`;
}

/** What the colours mean, in as many rows as the width asks for. */
function legend(width: number, hasRuns: boolean): { readonly nodes: readonly SceneNode[]; readonly height: number } {
  const entries: readonly (readonly [PaletteName, string])[] = [
    ['ok-soft', '✓ all passed'],
    ['warning-soft', '✗ up to 5 % failed'],
    ['danger-soft', '✗ more failed'],
    ['danger', 'bar at the foot: share that failed'],
    ['faint', 'share skipped'],
    // Its place is kept, so that nothing jumps when a closer look tells the suites apart.
    ['grid', RUN_WORDS],
  ];
  const nodes: SceneNode[] = [];
  let at = 0;
  let top = 0;
  for (const [fill, name] of entries) {
    const wide = 15 + estimateTextWidth(name, 9);
    if (at > 0 && at + wide > width) {
      at = 0;
      top += LEGEND_ROW_PX;
    }
    const isRun = name === RUN_WORDS;
    if (isRun && !hasRuns) continue;
    nodes.push(
      { type: 'rect', x: at, y: top + 2, width: 10, height: 10, fill, stroke: 'faint', radius: 2 },
      { type: 'text', x: at + 15, y: top + 11, text: name, fill: 'muted', size: 9 },
    );
    if (isRun) nodes.push({ type: 'rect', x: at, y: top + 4, width: 10, height: 1, fill: 'muted' });
    at += wide + 14;
  }
  return { nodes, height: top + LEGEND_ROW_PX };
}

const RUN_WORDS = 'doubled edge: several small suites';
