import { logFormat } from '../../shared/evidence/formats/table.ts';
import type { NativeJournal } from '../../shared/evidence/journal/native/journal.ts';
import type { EvidenceFormat } from '../../shared/model/evidence.ts';
import type { RecordPiece } from '../../shared/model/views.ts';

/** Largest record whose message is taken out of it; larger ones are shown as they stand. */
const TAKEN_APART_BYTES = 64 * 1024 * 1024;

/** A record where it lies. */
export interface StoredRecord {
  readonly row: number;
  readonly format: EvidenceFormat;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** Bytes of its file. May throw when the file is gone. */
  readonly read: (offset: number, length: number) => Uint8Array;
  /** The journal that it is an entry of, when its file is one. */
  readonly journal: () => NativeJournal;
}

/**
 * Hands out records of any size piece by piece: the bytes as they stand in the file, or those of the message alone where a
 * format wraps it (an array of numbers in JSON, a binary field of an export). An entry of a native journal lies scattered
 * over its file; its record is the entry in the Journal Export Format, which keeps the bytes of every field.
 */
export class RecordPieces {
  /** What the last record was taken apart into: its pieces are asked for one after the other. */
  #last: { readonly key: string; readonly bytes: Uint8Array } | null = null;

  /** Up to `limit` bytes from `offset`. Throws an Error that says why when the bytes cannot be read any more. */
  piece(record: StoredRecord, of: RecordPiece['of'], offset: number, limit: number): RecordPiece {
    const whole = this.#wrapped(record, of);
    if (whole !== null) {
      return { of, offset, totalBytes: whole.length, bytes: whole.slice(offset, offset + limit) };
    }
    const length = Math.max(0, Math.min(limit, record.byteLength - offset));
    // A copy: what the reader gives is a view of its window.
    const bytes = length === 0 ? new Uint8Array(0) : record.read(record.byteOffset + offset, length).slice();
    return { of, offset, totalBytes: record.byteLength, bytes };
  }

  /** The bytes that do not stand in one stretch of the file; null when they do. */
  #wrapped(record: StoredRecord, of: RecordPiece['of']): Uint8Array | null {
    const isNative = record.format === 'journal-native';
    const isMessage = of === 'message' && record.byteLength <= TAKEN_APART_BYTES;
    const messageOf = isMessage ? (logFormat(record.format)?.messageOf ?? null) : null;
    if (!isNative && messageOf === null) return null;
    const key = `${record.row} ${of}`;
    if (this.#last?.key === key) return this.#last.bytes;
    const bytes =
      messageOf === null ? ofEntry(record, of) : messageOf(record.read(record.byteOffset, record.byteLength));
    if (bytes !== null) this.#last = { key, bytes };
    return bytes;
  }
}

function ofEntry(record: StoredRecord, of: RecordPiece['of']): Uint8Array {
  const fields = record.journal().fieldsOf(record.byteOffset);
  if (fields === null) throw new Error('its entry is not there any more');
  if (of === 'message') return fields.find(({ name }) => name === 'MESSAGE')?.value ?? new Uint8Array(0);
  return exportOf(fields);
}

const LF = 0x0a;
const LENGTH_BYTES = 8;

/** Fields in the Journal Export Format. Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format */
function exportOf(fields: readonly { readonly name: string; readonly value: Uint8Array }[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (const { name, value } of fields) {
    if (isPrintable(value)) parts.push(encoder.encode(`${name}=`), value);
    else {
      const length = new Uint8Array(LENGTH_BYTES);
      new DataView(length.buffer).setUint32(0, value.length, true);
      parts.push(encoder.encode(`${name}\n`), length, value);
    }
    parts.push(Uint8Array.of(LF));
  }
  parts.push(Uint8Array.of(LF));
  return Buffer.concat(parts);
}

function isPrintable(value: Uint8Array): boolean {
  for (const byte of value) if (byte < 0x20 && byte !== 0x09) return false;
  return isText(value, true);
}

/** Whether bytes are text: UTF-8 without a NUL. The last character of a beginning may be cut. */
export function isText(start: Uint8Array, isWhole: boolean): boolean {
  if (start.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: !isWhole });
    return true;
  } catch {
    return false;
  }
}
