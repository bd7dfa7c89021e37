import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashMessage, hashMessageBytes } from '../../../../shared/evidence/reading/message-hash.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf } from '../support.ts';

describe('the hash of a message', () => {
  it('is the same for its text and for its bytes, wherever these stand', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), fc.nat(9), (message, before) => {
        const bytes = bytesOf(`${'['.repeat(before)}${message}5.123456] tail`);
        const length = bytesOf(message).length;
        expect(hashMessageBytes(bytes, before, before + length)).toBe(hashMessage(message));
      }),
      { numRuns: runs(150) },
    );
  });

  it('is a safe integer above zero, and another for another message', () => {
    const messages = Array.from({ length: 200_000 }, (_, number) => `Imported ${number} of 110000 rows of VPN job 14`);
    const hashes = new Set(messages.map(hashMessage));
    expect(hashes.size).toBe(messages.length);
    expect([...hashes].every((hash) => Number.isSafeInteger(hash) && hash > 0)).toBe(true);
  });

  it.each([
    ['blanks at the end', 'CPU: 0 PREEMPT(none) ', 'CPU: 0 PREEMPT(none)'],
    ['further lines', 'Traceback (most recent call last):\n  File "a.py"', 'Traceback (most recent call last):'],
    ['a carriage return', 'done\r', 'done'],
    ["rsyslog's uptime", '[ 3501.341241] Killed process 7 (a)', 'Killed process 7 (a)'],
    ['what journalctl says of a blob', '[16B blob data]', 'binary \u0000\u0001\ufffd bytes'],
    ['what journalctl says of a large blob', '[1.2K blob data]', '\u001b[31mred'],
  ])('is not touched by %s', (_what, one, other) => {
    expect(hashMessage(one)).toBe(hashMessage(other));
  });

  it.each([
    ['a tab within', 'a\tb', 'ab'],
    ['a bracket that is no uptime', '[3501.34124] x', 'x'],
    ['a pid in brackets', '[24020] x', 'x'],
    ['text that is no blob', '[16B blob data] x', '[17B blob data] x'],
    ['letters that are beyond ASCII', 'Müller', 'Moller'],
    ['blanks at the beginning', ' <TASK>', '<TASK>'],
  ])('tells by %s', (_what, one, other) => {
    expect(hashMessage(one)).not.toBe(hashMessage(other));
  });
});
