import { formatBytes, formatCount, formatSeconds, plural } from '../facts/wording.ts';
import type { SuiteNode } from '../model/artifact.ts';
import { byteAxis } from './byte-axis.ts';
import type { PaletteName, Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

const ROW_PX = 44;
const ROOT_ROW_PX = 22;
const AXIS_PX = 26;
const LEGEND_PX = 20;
const GAP_PX = 1;
/** Suites narrower than this are drawn as their parent's ground: a line of them would be noise. */
const LEAST_PX = 0.6;
const MOST_ROWS = 6;
const BAR_PX = 12;

/** Height that the map of a file takes at any width. */
export function fileMapHeight(root: SuiteNode): number {
  return LEGEND_PX + ROOT_ROW_PX + Math.min(MOST_ROWS, depthOf(root) - 1) * ROW_PX + AXIS_PX;
}

function depthOf(node: SuiteNode): number {
  return 1 + node.children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
}

/**
 * The file from its first byte to its last as an icicle: every suite as wide as its bytes, below the suite it is in. The
 * ground tells the worst outcome in it; a bar at its foot is as long as the share of its tests that did not pass, so that
 * colour is not the only key.
 */
export function layoutFileMap(root: SuiteNode, fileBytes: number, width: number): Scene {
  const total = Math.max(1, fileBytes, root.byteOffset + root.byteLength);
  const x = (byte: number): number => (byte / total) * width;
  const nodes: SceneNode[] = [...legend()];
  const draw = (node: SuiteNode, depth: number): void => {
    if (depth > MOST_ROWS) return;
    const left = x(node.byteOffset);
    const wide = x(node.byteLength);
    if (wide < LEAST_PX && depth > 0) return;
    const top = LEGEND_PX + (depth === 0 ? 0 : ROOT_ROW_PX + (depth - 1) * ROW_PX);
    const height = (depth === 0 ? ROOT_ROW_PX : ROW_PX) - GAP_PX;
    nodes.push(...suiteNodes(node, { left, top, width: Math.max(0.8, wide - (wide > 3 ? GAP_PX : 0)), height }, depth));
    for (const child of node.children) draw(child, depth + 1);
  };
  draw(root, 0);
  const rows = Math.min(MOST_ROWS, depthOf(root) - 1);
  const bottom = LEGEND_PX + ROOT_ROW_PX + rows * ROW_PX;
  const axis = byteAxis(total, Math.max(3, Math.floor(width / 120)));
  for (const tick of axis.ticks.filter((at) => at <= total)) {
    const at = x(tick);
    const anchor = at < 12 ? 'start' : at > width - 40 ? 'end' : 'middle';
    nodes.push(
      { type: 'line', x1: at, y1: bottom, x2: at, y2: bottom + 4, stroke: 'faint' },
      { type: 'text', x: at, y: bottom + 15, text: `${axis.label(tick)} ${axis.unit}`, fill: 'muted', size: 9, anchor },
    );
  }
  const suites = countSuites(root);
  return {
    width,
    height: fileMapHeight(root),
    description: `The file by its suites: ${plural(suites, 'suite')} drawn over ${formatBytes(fileBytes)}.`,
    nodes,
  };
}

function countSuites(node: SuiteNode): number {
  return node.children.reduce((sum, child) => sum + 1 + countSuites(child), 0);
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function suiteNodes(node: SuiteNode, box: Box, depth: number): readonly SceneNode[] {
  const { outcomes, testcases } = node;
  const bad = outcomes.failed + outcomes.error;
  const title = suiteTitle(node);
  const link = { title, at: node.byteOffset };
  const clip = { x: box.left, y: box.top, width: box.width, height: box.height };
  const nodes: SceneNode[] = [
    {
      type: 'rect',
      x: box.left,
      y: box.top,
      width: box.width,
      height: box.height,
      fill: groundOf(node),
      radius: box.width > 8 ? 2 : 0,
      ...link,
    },
  ];
  if (depth > 0 && testcases > 0) {
    const foot = box.top + box.height;
    const badHeight = bad === 0 ? 0 : Math.max(2, (bad / testcases) * BAR_PX);
    const skippedHeight = outcomes.skipped === 0 ? 0 : Math.max(1, (outcomes.skipped / testcases) * BAR_PX);
    if (skippedHeight > 0) {
      nodes.push({
        type: 'rect',
        x: box.left,
        y: foot - badHeight - skippedHeight,
        width: box.width,
        height: skippedHeight,
        fill: 'faint',
        ...link,
      });
    }
    if (badHeight > 0) {
      nodes.push({
        type: 'rect',
        x: box.left,
        y: foot - badHeight,
        width: box.width,
        height: badHeight,
        fill: 'danger',
        ...link,
      });
    }
  }
  const name = node.name === '' ? '(no name)' : node.name;
  const label = fitted(name, box.width - 10);
  if (label !== null) {
    nodes.push({
      type: 'text',
      x: box.left + 5,
      y: box.top + 14,
      text: label,
      fill: 'ink',
      size: 9.5,
      clip,
      at: node.byteOffset,
    });
    const second = bad > 0 ? `✕ ${formatCount(bad)}` : testcases > 0 ? '✓' : '';
    if (depth > 0 && second !== '' && estimateTextWidth(second, 9) < box.width - 10) {
      nodes.push({
        type: 'text',
        x: box.left + 5,
        y: box.top + 27,
        text: second,
        fill: bad > 0 ? 'danger' : 'ok',
        size: 9,
        clip,
        at: node.byteOffset,
      });
    }
  }
  return nodes;
}

const FEW_BAD = 0.05;

function groundOf({ outcomes, testcases }: SuiteNode): PaletteName {
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

function suiteTitle(node: SuiteNode): string {
  const { outcomes } = node;
  const parts = [
    `${formatBytes(node.byteLength)} at byte ${formatCount(node.byteOffset)}`,
    plural(node.testcases, 'test case'),
    outcomes.failed > 0 ? `${formatCount(outcomes.failed)} failed` : '',
    outcomes.error > 0 ? plural(outcomes.error, 'error') : '',
    outcomes.skipped > 0 ? `${formatCount(outcomes.skipped)} skipped` : '',
    node.seconds > 0 ? formatSeconds(node.seconds) : '',
    node.omitted.suites > 0 ? `${plural(node.omitted.suites, 'smaller suite')} not drawn` : '',
  ];
  return `${node.name === '' ? '(no name)' : node.name}\n${parts.filter((part) => part !== '').join(', ')}`;
}

function legend(): readonly SceneNode[] {
  const entries: readonly (readonly [PaletteName, string])[] = [
    ['ok-soft', '✓ all passed'],
    ['warning-soft', '✕ up to 5 % failed'],
    ['danger-soft', '✕ more failed'],
    ['danger', 'bar at the foot: share that failed'],
    ['faint', 'share skipped'],
  ];
  const nodes: SceneNode[] = [];
  let at = 0;
  for (const [fill, name] of entries) {
    nodes.push(
      { type: 'rect', x: at, y: 2, width: 10, height: 10, fill, stroke: 'faint', radius: 2 },
      { type: 'text', x: at + 15, y: 11, text: name, fill: 'muted', size: 9 },
    );
    at += 29 + estimateTextWidth(name, 9);
  }
  return nodes;
}
