import { withoutFraming } from './journal-json.ts';

/** The bytes of MESSAGE in an entry as JSON; null when it has none that can be read. */
export function messageOfJson(record: Uint8Array): Uint8Array | null {
  try {
    const text = withoutFraming(new TextDecoder('utf-8').decode(record).trim()).replace(/,$/, '');
    const object: unknown = JSON.parse(text);
    if (typeof object !== 'object' || object === null || !('MESSAGE' in object)) return null;
    let value: unknown = object.MESSAGE;
    // Several values: the first is the one that is shown.
    if (Array.isArray(value) && typeof value[0] !== 'number') value = value[0];
    if (typeof value === 'string') return new TextEncoder().encode(value);
    const isBytes = Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
    return isBytes ? Uint8Array.from(value as number[]) : null;
  } catch {
    return null;
  }
}

const LF = 0x0a;
const EQUALS = 0x3d;
const LENGTH_BYTES = 8;

/** The bytes of MESSAGE in an entry in the Journal Export Format; null when it has none or is damaged before it. */
export function messageOfExport(record: Uint8Array): Uint8Array | null {
  const name = new TextEncoder().encode('MESSAGE');
  for (let at = 0; at < record.length; ) {
    const lineEnd = record.indexOf(LF, at) < 0 ? record.length : record.indexOf(LF, at);
    const equals = record.indexOf(EQUALS, at);
    const isText = equals >= 0 && equals < lineEnd;
    const isMessage =
      (isText ? equals : lineEnd) - at === name.length && name.every((byte, index) => record[at + index] === byte);
    if (isText || lineEnd === at) {
      if (isMessage) return record.slice(equals + 1, lineEnd);
      at = lineEnd + 1;
      continue;
    }
    const valueAt = lineEnd + 1 + LENGTH_BYTES;
    if (valueAt > record.length) return null;
    const view = new DataView(record.buffer, record.byteOffset + lineEnd + 1, LENGTH_BYTES);
    const bytes = view.getUint32(0, true);
    if (view.getUint32(4, true) !== 0 || valueAt + bytes > record.length) return null;
    if (isMessage) return record.slice(valueAt, valueAt + bytes);
    at = valueAt + bytes + 1;
  }
  return null;
}
