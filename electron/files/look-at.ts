import { lstatSync } from 'node:fs';
import type { EpochMicros } from '../../shared/model/time.ts';
import { modifiedMicros, stampOf } from './read-only.ts';

/** What lies at a path, without opening it. */
export interface SeenAt {
  readonly kind: 'file' | 'folder';
  /** Of a file; null for a folder. */
  readonly bytes: number | null;
  readonly modified: EpochMicros;
}

/** What lies at a path, links not followed; null where there is nothing that can be given as evidence. */
export function lookAt(absolutePath: string): SeenAt | null {
  try {
    const stats = lstatSync(absolutePath, { bigint: true });
    const stamp = stampOf(stats);
    const modified = modifiedMicros(stamp);
    if (stats.isDirectory()) return { kind: 'folder', bytes: null, modified };
    return stats.isFile() ? { kind: 'file', bytes: stamp.bytes, modified } : null;
  } catch {
    return null;
  }
}
