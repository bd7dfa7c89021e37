import { z } from 'zod';

/** Screen rectangles as Electron gives them: device-independent pixels, origin top left. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** null: let the system place the window. */
  readonly bounds: Bounds | null;
  readonly maximized: boolean;
}

export const DEFAULT_SIZE = { width: 1440, height: 900 } as const;
export const MINIMUM_SIZE = { width: 960, height: 600 } as const;
/** So much of the title bar must be on a screen that the window can be grabbed. */
const MIN_VISIBLE = { width: 120, height: 40 } as const;

const boundsSchema = z.strictObject({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() });
const stateSchema = z.strictObject({ bounds: boundsSchema.nullable(), maximized: z.boolean() });

/**
 * What was remembered, made to fit the screens there are now: a window on a screen that is gone, or a file that does not
 * read, gives the default. `text` is the remembered JSON or null; `screens` are the work areas.
 */
export function restoreWindowState(text: string | null, screens: readonly Bounds[]): WindowState {
  const fallback: WindowState = { bounds: null, maximized: false };
  if (text === null) return fallback;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fallback;
  }
  const parsed = stateSchema.safeParse(json);
  if (!parsed.success) return fallback;
  const { bounds, maximized } = parsed.data;
  if (bounds === null) return { bounds, maximized };
  const fits = screens.some((screen) => isGrabbable(bounds, screen));
  const large = bounds.width >= MINIMUM_SIZE.width && bounds.height >= MINIMUM_SIZE.height;
  return fits && large ? { bounds, maximized } : { bounds: null, maximized };
}

function isGrabbable(bounds: Bounds, screen: Bounds): boolean {
  const visibleWidth = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
  const topVisible = bounds.y >= screen.y && bounds.y + MIN_VISIBLE.height <= screen.y + screen.height;
  return topVisible && visibleWidth >= MIN_VISIBLE.width;
}
