import { readUint16, readUint32 } from './bytes.ts';
import type { TextEncoding } from './header.ts';

/** An integer beyond 2^53 comes as bigint. */
export type SqliteValue = null | number | bigint | string | Uint8Array;
export type StorageClass = 'null' | 'integer' | 'real' | 'text' | 'blob';

/** SQLite's own limit on columns, SQLITE_LIMIT_COLUMN at its highest. Source: https://www.sqlite.org/limits.html */
const MAX_COLUMNS = 32767;

/**
 * Reads a varint: 1 to 9 bytes, big-endian, 7 bits each, the ninth with 8.
 * Source: https://www.sqlite.org/fileformat2.html#varint
 * Returns null when it runs past `end`. Values beyond 2^53 come as bigint, in two's complement of 64 bits.
 */
export function readVarint(
  bytes: Uint8Array,
  offset: number,
  end: number,
): { readonly value: number | bigint; readonly length: number } | null {
  let value = 0;
  // Seven groups are 49 bits, exact in a double.
  for (let index = 0; index < 7; index += 1) {
    if (offset + index >= end) return null;
    const byte = bytes[offset + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, length: index + 1 };
  }
  if (offset + 8 > end) return null;
  const eighth = bytes[offset + 7] ?? 0;
  let wide = (BigInt(value) << 7n) | BigInt(eighth & 0x7f);
  if (eighth < 0x80) return { value: narrow(wide), length: 8 };
  if (offset + 9 > end) return null;
  wide = (wide << 8n) | BigInt(bytes[offset + 8] ?? 0);
  return { value: narrow(BigInt.asIntN(64, wide)), length: 9 };
}

/** A varint that is a length or a serial type: never beyond 2^53 in a sound file, so such a one is refused. */
export function readLength(
  bytes: Uint8Array,
  offset: number,
  end: number,
): { readonly value: number; readonly length: number } | null {
  const varint = readVarint(bytes, offset, end);
  if (varint === null || typeof varint.value === 'bigint' || varint.value < 0) return null;
  return { value: varint.value, length: varint.length };
}

function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The header of a record: serial types and where each value begins, counted from the record's first byte. */
export interface RecordLayout {
  readonly serialTypes: readonly number[];
  readonly offsets: readonly number[];
}

/** Bytes of a value. Source: https://www.sqlite.org/fileformat2.html#record_format */
function serialBytes(serialType: number): number {
  if (serialType >= 12) return Math.floor((serialType - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][serialType] ?? 0;
}

export function storageClass(serialType: number): StorageClass {
  if (serialType === 0) return 'null';
  if (serialType === 7) return 'real';
  if (serialType < 10) return 'integer';
  if (serialType < 12) return 'null';
  return serialType % 2 === 0 ? 'blob' : 'text';
}

/** Reads a record's header from its first bytes; null when it is cut off or impossible (serial types 10, 11). */
export function readRecordLayout(payload: Uint8Array): RecordLayout | null {
  const headerLength = readLength(payload, 0, payload.length);
  if (headerLength === null || headerLength.value > payload.length || headerLength.value < headerLength.length)
    return null;
  const serialTypes: number[] = [];
  const offsets: number[] = [];
  let at = headerLength.length;
  let valueAt = headerLength.value;
  while (at < headerLength.value) {
    const serial = readLength(payload, at, headerLength.value);
    if (serial === null || serial.value === 10 || serial.value === 11 || serialTypes.length >= MAX_COLUMNS) return null;
    serialTypes.push(serial.value);
    offsets.push(valueAt);
    valueAt += serialBytes(serial.value);
    at += serial.length;
  }
  return { serialTypes, offsets };
}

/** Value of one column; undefined when its bytes are not all in `payload` or the record has no such column. */
export function readColumn(
  payload: Uint8Array,
  layout: RecordLayout,
  column: number,
  encoding: TextEncoding,
): SqliteValue | undefined {
  const serialType = layout.serialTypes[column];
  const offset = layout.offsets[column];
  if (serialType === undefined || offset === undefined) return undefined;
  const length = serialBytes(serialType);
  if (offset + length > payload.length) return undefined;
  switch (serialType) {
    case 0:
      return null;
    case 8:
      return 0;
    case 9:
      return 1;
    case 7:
      return new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getFloat64(offset);
    default:
  }
  if (serialType < 7) return readInteger(payload, offset, length);
  const bytes = payload.subarray(offset, offset + length);
  return serialType % 2 === 0 ? bytes : decodeText(bytes, encoding);
}

function readInteger(bytes: Uint8Array, offset: number, length: number): number | bigint {
  if (length === 8) {
    const wide = (BigInt(readUint32(bytes, offset)) << 32n) | BigInt(readUint32(bytes, offset + 4));
    return narrow(BigInt.asIntN(64, wide));
  }
  let value = 0;
  if (length === 2) value = readUint16(bytes, offset);
  else for (let index = 0; index < length; index += 1) value = value * 256 + (bytes[offset + index] ?? 0);
  const range = 2 ** (8 * length);
  return value >= range / 2 ? value - range : value;
}

const DECODERS: Readonly<Record<TextEncoding, TextDecoder>> = {
  'utf-8': new TextDecoder('utf-8', { ignoreBOM: true }),
  'utf-16le': new TextDecoder('utf-16le', { ignoreBOM: true }),
  'utf-16be': new TextDecoder('utf-16be', { ignoreBOM: true }),
};

function decodeText(bytes: Uint8Array, encoding: TextEncoding): string {
  return DECODERS[encoding].decode(bytes);
}
