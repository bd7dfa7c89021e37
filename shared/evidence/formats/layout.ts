import type { EvidenceFormat } from '../../model/evidence.ts';
import { layoutOf } from '../logs/log-layout.ts';
import type { LogLayout } from '../reading/log-layout.ts';
import { logFormat } from './table.ts';

export { LAYOUT_HEAD_BYTES } from '../logs/log-layout.ts';

/** Whether records of a format can be read only by the layout of their file. */
export function hasLayout(format: EvidenceFormat): boolean {
  return logFormat(format)?.isLaidOut === true;
}

/** The layout of a file of such a format, from its first LAYOUT_HEAD_BYTES; null for other formats. */
export function layoutOfFormat(format: EvidenceFormat, head: Uint8Array): LogLayout | null {
  return hasLayout(format) ? layoutOf(head) : null;
}
