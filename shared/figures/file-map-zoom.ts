import type { SuiteNode } from '../model/artifact.ts';
import { tileName } from './file-map-figure.ts';
import { type ByteSpan, type MapTile, wholeSpan } from './file-map-tiles.ts';

/** Something that fills the map: a suite, or suites side by side in one. */
export interface MapStop {
  readonly name: string;
  readonly span: ByteSpan;
  /** Rows below the root. */
  readonly depth: number;
}

/** How somebody came to what fills the map: the root first, each within the one before it. */
export type MapPath = readonly [MapStop, ...MapStop[]];

/** The whole file. */
export function wholePath(root: SuiteNode, fileBytes: number): MapPath {
  return [{ name: tileName({ name: root.name, suites: 1 }), span: wholeSpan(root, fileBytes), depth: 0 }];
}

/** What fills the map. */
export function stopOf(path: MapPath): MapStop {
  return path.at(-1) ?? path[0];
}

/** One step back; the whole file stays. */
export function zoomOut(path: MapPath): MapPath {
  const [first, ...rest] = path;
  return [first, ...rest.slice(0, -1)];
}

/** Zooms to a tile, by way of the suites it is in: back to one that was passed, else into it. */
export function zoomTo(path: MapPath, root: SuiteNode, tile: MapTile): MapPath {
  const [whole, ...rest] = path;
  if (tile.depth === 0) return [whole];
  const target = { name: tileName(tile), span: spanOf(tile), depth: tile.depth };
  const passed = rest.filter(({ span }) => holds(span, target.span) && !holds(target.span, span));
  const deepest = passed.at(-1)?.span ?? whole.span;
  const between = ancestorsOf(root, tile)
    .map((node, depth): MapStop => ({ name: tileName({ name: node.name, suites: 1 }), span: spanOf(node), depth }))
    .filter(({ span, depth }) => depth > 0 && holds(deepest, span) && !holds(span, deepest));
  return [whole, ...passed, ...between, target];
}

function spanOf({ byteOffset, byteLength }: MapTile | SuiteNode): ByteSpan {
  return { from: byteOffset, to: byteOffset + byteLength };
}

function holds(outer: ByteSpan, inner: ByteSpan): boolean {
  return inner.from >= outer.from && inner.to <= outer.to;
}

/** The suites that a tile is in, the root first. */
function ancestorsOf(root: SuiteNode, tile: MapTile): readonly SuiteNode[] {
  const found: SuiteNode[] = [];
  let node: SuiteNode | undefined = root;
  while (node !== undefined && found.length < tile.depth) {
    found.push(node);
    node = node.children.find((child) => holds(spanOf(child), spanOf(tile)));
  }
  return found;
}

export type MapStep = 'next' | 'previous' | 'first' | 'last' | 'in' | 'out';

/** The tile that a key leads to from another; null where there is none. */
export function tileBeside<T extends MapTile>(tiles: readonly T[], from: MapTile, step: MapStep): T | null {
  const row = tiles.filter(({ depth }) => depth === from.depth);
  const at = row.findIndex(({ byteOffset }) => byteOffset === from.byteOffset);
  switch (step) {
    case 'next':
      return row[at + 1] ?? null;
    case 'previous':
      return row[at - 1] ?? null;
    case 'first':
      return row[0] ?? null;
    case 'last':
      return row.at(-1) ?? null;
    case 'in':
      return tiles.find((tile) => tile.depth === from.depth + 1 && holds(spanOf(from), spanOf(tile))) ?? null;
    case 'out':
      return tiles.find((tile) => tile.depth === from.depth - 1 && holds(spanOf(tile), spanOf(from))) ?? null;
  }
}
