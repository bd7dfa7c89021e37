/**
 * A picture as plain data: what the screen and the PDF both draw, so that they cannot differ. Coordinates are CSS pixels
 * (equal to points in the PDF), origin top left. Colours are names of a palette, resolved by whoever draws, so that one
 * layout serves light, dark and paper.
 */
export const PALETTE_NAMES = [
  'ink',
  'muted',
  'faint',
  'grid',
  'surface',
  'accent',
  'accent-soft',
  'danger',
  'danger-soft',
  'warning',
  'warning-soft',
  'ok',
  'ok-soft',
  'series-1',
  'series-2',
  'series-3',
] as const;
export type PaletteName = (typeof PALETTE_NAMES)[number];
export type Palette = Readonly<Record<PaletteName, string>>;

interface NodeBase {
  /** Row of the event that a click on the node leads to. */
  readonly row?: number;
  /** Byte of the artifact that a click on the node leads to. */
  readonly at?: number;
  /** Text for hover and for screen readers. */
  readonly title?: string;
  /** Clips the node to this rectangle. */
  readonly clip?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}
export type SceneNode =
  | (NodeBase & {
      readonly type: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly fill?: PaletteName;
      readonly stroke?: PaletteName;
      readonly radius?: number;
    })
  | (NodeBase & {
      readonly type: 'line';
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly stroke: PaletteName;
      readonly width?: number;
      readonly dash?: string;
    })
  | (NodeBase & {
      readonly type: 'path';
      readonly d: string;
      readonly fill?: PaletteName;
      readonly stroke?: PaletteName;
      readonly width?: number;
      readonly dash?: string;
    })
  | (NodeBase & {
      readonly type: 'circle';
      readonly cx: number;
      readonly cy: number;
      readonly r: number;
      readonly fill?: PaletteName;
      readonly stroke?: PaletteName;
    })
  | (NodeBase & {
      readonly type: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly fill: PaletteName;
      readonly size: number;
      readonly weight?: 'normal' | 'bold';
      readonly anchor?: 'start' | 'middle' | 'end';
    });

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, in words. */
  readonly description: string;
  readonly nodes: readonly SceneNode[];
}
