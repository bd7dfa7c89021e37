import { describe, expect, test } from 'vitest';
import { isText } from '../../../electron/events/record-pieces.ts';
import { messageOfExport, messageOfJson } from '../../../shared/evidence/journal/message-bytes.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const BINARY = Uint8Array.of(0x1b, 0x00, 0xff);

describe('the bytes of a message', () => {
  test('in JSON: text, an array of bytes, the first of several', () => {
    expect(messageOfJson(bytes('{"MESSAGE":"é"}'))).toEqual(bytes('é'));
    expect(messageOfJson(bytes('\u001e{"MESSAGE":[27,0,255]}'))).toEqual(BINARY);
    expect(messageOfJson(bytes('{"MESSAGE":[[27,0,255],"b"]}'))).toEqual(BINARY);
    expect(messageOfJson(bytes('{"MESSAGE":null}'))).toBeNull();
    expect(messageOfJson(bytes('{"MESS'))).toBeNull();
  });

  test('in an export: text and binary fields, none where it is cut', () => {
    const field = Uint8Array.of(...bytes('A=1\nMESSAGE\n'), 3, 0, 0, 0, 0, 0, 0, 0, ...BINARY, 0x0a);
    expect(messageOfExport(field)).toEqual(BINARY);
    expect(messageOfExport(field.subarray(0, field.length - 3))).toBeNull();
    expect(messageOfExport(bytes('A=1\nMESSAGE=x y\nB=2'))).toEqual(bytes('x y'));
  });

  test('are text when UTF-8 without NUL, also cut within a character', () => {
    expect(isText(bytes('é').subarray(0, 1), false)).toBe(true);
    expect(isText(bytes('é').subarray(0, 1), true)).toBe(false);
    expect(isText(BINARY, true)).toBe(false);
  });
});
