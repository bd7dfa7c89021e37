import { hierarchy, treemap } from 'd3';
import type { TableSize } from '../model/database.ts';
import { formatBytes, formatCount } from '../wording/figures.ts';
import type { Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

/** Tables and indexes drawn one by one; the rest is one tile. */
const MOST_TILES = 150;
const NAME_SIZE = 10.5;
const BYTES_SIZE = 9.5;
const PADDING = 5;

interface Tile {
  readonly title: string;
  readonly name: string;
  readonly bytes: number;
  readonly isIndex: boolean;
  /** Index into the sizes that were given; null for the tile of the rest. */
  readonly index: number | null;
}

/**
 * Sizes of tables and indexes as areas, an index beside its table. `row` of a node is the index into `sizes`. Tables are
 * filled, indexes outlined, so that the two differ without colour.
 */
export function layoutSizeTreemap(sizes: readonly TableSize[], view: { width: number; height: number }): Scene {
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const groups = new Map<string, Tile[]>();
  for (const tile of tilesOf(sizes)) {
    const owner = tile.index === null ? '' : (sizes[tile.index]?.tableName ?? '');
    groups.set(owner, [...(groups.get(owner) ?? []), tile]);
  }
  interface Group {
    readonly tile?: Tile;
    readonly children?: readonly Group[];
  }
  const root: Group = {
    children: [...groups.values()].map((tiles) => ({ children: tiles.map((tile) => ({ tile })) })),
  };
  const laidOut = treemap<Group>().size([view.width, view.height]).paddingInner(1).round(true)(
    hierarchy(root)
      .sum(({ tile }) => tile?.bytes ?? 0)
      .sort((one, other) => (other.value ?? 0) - (one.value ?? 0)),
  );
  const nodes = laidOut.leaves().flatMap((leaf): readonly SceneNode[] => {
    const { tile } = leaf.data;
    const width = leaf.x1 - leaf.x0;
    const height = leaf.y1 - leaf.y0;
    return tile === undefined || width < 1 || height < 1 ? [] : tileNodes(tile, leaf.x0, leaf.y0, width, height);
  });
  const largest = sizes.toSorted((one, other) => other.bytes - one.bytes)[0];
  const lead = largest === undefined ? '' : `; the largest is ${largest.name} with ${formatBytes(largest.bytes)}`;
  return {
    ...view,
    description: `${formatCount(sizes.length)} tables and indexes take ${formatBytes(total)}${lead}.`,
    nodes,
  };
}

function tilesOf(sizes: readonly TableSize[]): readonly Tile[] {
  const ordered = sizes.map((size, index) => ({ size, index })).sort((one, other) => other.size.bytes - one.size.bytes);
  const rest = ordered.slice(MOST_TILES);
  const tiles: Tile[] = ordered.slice(0, MOST_TILES).map(({ size, index }) => ({
    title: `${size.name}: ${size.type === 'index' ? `index of ${size.tableName}` : 'table'}, ${formatBytes(size.bytes)} in ${formatCount(size.pages)} pages${size.rows === null ? '' : `, ${formatCount(size.rows)} rows`}`,
    name: size.name,
    bytes: size.bytes,
    isIndex: size.type === 'index',
    index,
  }));
  if (rest.length === 0) return tiles;
  const bytes = rest.reduce((sum, { size }) => sum + size.bytes, 0);
  const name = `${formatCount(rest.length)} more`;
  return [...tiles, { title: `${name}: ${formatBytes(bytes)}`, name, bytes, isIndex: false, index: null }];
}

function tileNodes(tile: Tile, x: number, y: number, width: number, height: number): readonly SceneNode[] {
  const link = { title: tile.title, ...(tile.index === null ? {} : { row: tile.index }) };
  const nodes: SceneNode[] = [
    {
      type: 'rect',
      // A stroke lies half outside of its shape.
      x: x + 0.5,
      y: y + 0.5,
      width: Math.max(0.5, width - 1),
      height: Math.max(0.5, height - 1),
      fill: tile.isIndex ? 'surface' : 'accent-soft',
      stroke: tile.isIndex ? 'faint' : 'accent-soft',
      radius: Math.min(2, width / 6, height / 6),
      ...link,
    },
  ];
  const room = width - 2 * PADDING;
  if (height < NAME_SIZE + 2 * PADDING || estimateTextWidth(tile.name, NAME_SIZE) > room) return nodes;
  const clip = { x, y, width, height };
  const text = { type: 'text', x: x + PADDING, clip, ...link } as const;
  nodes.push({ ...text, y: y + PADDING + NAME_SIZE - 1, text: tile.name, fill: 'ink', size: NAME_SIZE });
  const bytes = formatBytes(tile.bytes);
  if (height >= NAME_SIZE + BYTES_SIZE + 3 * PADDING && estimateTextWidth(bytes, BYTES_SIZE) <= room) {
    nodes.push({ ...text, y: y + 2 * PADDING + NAME_SIZE + BYTES_SIZE, text: bytes, fill: 'muted', size: BYTES_SIZE });
  }
  return nodes;
}
