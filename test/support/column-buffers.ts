import type { EventColumns } from '../../shared/model/event-columns.ts';

/** The memory that the columns of an event table lie in. */
export function columnBuffers(columns: EventColumns): readonly ArrayBufferLike[] {
  return [columns, columns.copies]
    .flatMap((table) => Object.values(table))
    .filter((column) => ArrayBuffer.isView(column))
    .map(({ buffer }) => buffer);
}

/** Their size in bytes. */
export function columnBytes(columns: EventColumns): number {
  return columnBuffers(columns).reduce((sum, buffer) => sum + buffer.byteLength, 0);
}
