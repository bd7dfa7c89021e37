import type { PaletteName, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

/** Legend entries in one row, each a stroke and a name, so that colour is not the only key (one is dashed). */
export function strokeLegend(
  x: number,
  y: number,
  title: string,
  entries: readonly { readonly name: string; readonly stroke: PaletteName; readonly dash?: string }[],
): readonly SceneNode[] {
  const nodes: SceneNode[] = [{ type: 'text', x, y, text: title, fill: 'muted', size: 9 }];
  let at = x + estimateTextWidth(title, 9) + 14;
  for (const { name, stroke, dash } of entries) {
    nodes.push({
      type: 'line',
      x1: at,
      y1: y - 3,
      x2: at + 16,
      y2: y - 3,
      stroke,
      width: 1.5,
      ...(dash === undefined ? {} : { dash }),
    });
    nodes.push({ type: 'text', x: at + 20, y, text: name, fill: 'muted', size: 9 });
    at += 34 + estimateTextWidth(name, 9);
  }
  return nodes;
}
