import { scaleLinear } from 'd3';
import { type OutcomeCounts, type SuiteNode, sumOfOutcomes } from '../model/artifact.ts';

/** Neighbours narrower than this are drawn as one tile, of at least the second width: what is seen can be pointed at. */
const NARROW_PX = 3;
const RUN_PX = 8;
/** One that is narrow by itself stays visible. */
const LEAST_PX = 2;

/** A stretch of the file, from a byte to the one behind its last. */
export interface ByteSpan {
  readonly from: number;
  readonly to: number;
}

/** What one rectangle of the map stands for: a suite, or neighbours in one suite that are too narrow to be told apart. */
export interface MapTile {
  /** Of its first suite, which no other tile has. */
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Rows below the root. */
  readonly depth: number;
  readonly name: string;
  /** Suites side by side that it stands for: 1 of a suite that stands for itself. */
  readonly suites: number;
  readonly testcases: number;
  readonly outcomes: OutcomeCounts;
  readonly seconds: number;
  /** The suite, where it is one. */
  readonly node: SuiteNode | null;
  /** The suite that it is directly in; null of the root. */
  readonly parent: SuiteNode | null;
  /** Its place on the screen, cut where the picture ends. */
  readonly x: number;
  readonly width: number;
}

/** The whole document, the root with what stands before and behind it. */
export function wholeSpan(root: SuiteNode, fileBytes: number): ByteSpan {
  return { from: 0, to: Math.max(1, fileBytes, root.byteOffset + root.byteLength) };
}

/**
 * The tiles of a stretch of the file that is drawn `width` pixels wide, each suite before those in it, otherwise in the order
 * of the file. Suites outside of the stretch have none.
 */
export function mapTiles(root: SuiteNode, span: ByteSpan, width: number): readonly MapTile[] {
  const x = scaleLinear([span.from, span.to], [0, width]);
  const pxPerByte = width / Math.max(1, span.to - span.from);
  const tiles: MapTile[] = [];
  const place = (byteOffset: number, byteLength: number): { readonly x: number; readonly width: number } => {
    const left = Math.max(0, x(byteOffset));
    const right = Math.min(width, Math.max(x(byteOffset + byteLength), left + LEAST_PX));
    return { x: Math.min(left, width - LEAST_PX), width: Math.max(LEAST_PX, right - left) };
  };
  const draw = (nodes: readonly SuiteNode[], parent: SuiteNode | null, depth: number): void => {
    const { first, end } = visible(nodes, span);
    for (let index = first; index < end; index++) {
      const node = nodes[index];
      if (node === undefined) continue;
      const { byteOffset, byteLength, name, testcases, outcomes, seconds } = node;
      const last = runFrom(nodes, index, end, pxPerByte);
      if (last > index) {
        const run = nodes.slice(index, last + 1);
        const length = endOf(run.at(-1) ?? node) - byteOffset;
        tiles.push({ ...summed(run), byteOffset, byteLength: length, depth, parent, ...place(byteOffset, length) });
        index = last;
        continue;
      }
      const figures = { name, testcases, outcomes, seconds, suites: node.run ?? 1 };
      tiles.push({ ...figures, byteOffset, byteLength, depth, node, parent, ...place(byteOffset, byteLength) });
      draw(node.children, node, depth + 1);
    }
  };
  draw([root], null, 0);
  return tiles;
}

function endOf({ byteOffset, byteLength }: SuiteNode): number {
  return byteOffset + byteLength;
}

/** Which of siblings, which stand in the order of the file, lie in a stretch of it. */
function visible(
  nodes: readonly SuiteNode[],
  { from, to }: ByteSpan,
): { readonly first: number; readonly end: number } {
  const first = nodes.findIndex((node) => endOf(node) > from);
  if (first < 0) return { first: 0, end: 0 };
  const behind = nodes.findIndex(({ byteOffset }, index) => index >= first && byteOffset >= to);
  return { first, end: behind < 0 ? nodes.length : behind };
}

/** Index of the last sibling that shares a tile with the one at `index`; `index` itself where it has its own. */
function runFrom(nodes: readonly SuiteNode[], index: number, end: number, pxPerByte: number): number {
  const first = nodes[index];
  if (first === undefined) return index;
  let last = index;
  for (; last < end; last++) {
    const node = nodes[last];
    if (node === undefined || node.byteLength * pxPerByte >= NARROW_PX) break;
    const wide = (endOf(node) - first.byteOffset) * pxPerByte;
    // With empty space between them they are no neighbours.
    if (wide > 2 * RUN_PX) break;
    if (wide >= RUN_PX) return last;
  }
  return Math.max(index, last - 1);
}

function summed(
  nodes: readonly SuiteNode[],
): Pick<MapTile, 'name' | 'suites' | 'testcases' | 'outcomes' | 'seconds' | 'node'> {
  const sum = (of: (node: SuiteNode) => number): number => nodes.reduce((all, node) => all + of(node), 0);
  return {
    name: '',
    suites: sum(({ run }) => run ?? 1),
    testcases: sum(({ testcases }) => testcases),
    outcomes: sumOfOutcomes(nodes),
    seconds: sum(({ seconds }) => seconds),
    node: null,
  };
}
