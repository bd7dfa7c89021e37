import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../../shared/evidence/formats/decode-record.ts';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { layoutOf } from '../../../../shared/evidence/logs/log-layout.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, CONTEXT, contextOf, fixture, parse, textOf } from '../support.ts';

const backward = (text: string): string => `${text.trimEnd().split('\n').reverse().join('\n')}\n`;
const LOG = textOf(fixture('gunicorn/error-log-tracebacks.txt'));
/** Each line with a stamp of its own in front, as a collector puts it there; lines of one record have one. */
const stamped = (text: string): string => {
  let second = 0;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (/^[[\d]/.test(line)) second += 1;
      return `2026-01-28T04:10:${String(second).padStart(2, '0')}.000Z ${line}`;
    })
    .join('\n');
};

describe('a log that has its newest line first', () => {
  it.each([
    ['as gunicorn writes it', LOG],
    ['with the stamps of a collector', stamped(LOG)],
  ])('%s has the records that it has the other way round', (_what, text) => {
    const format = detectFormat(bytesOf(text), 'a', text.length).format;
    const { offsetMinutes } = contextOf('gunicorn/error-log-tracebacks.txt', bytesOf(text));
    const forward = parse(format, bytesOf(text), { offsetMinutes });
    const bytes = bytesOf(backward(text));
    expect(detectFormat(bytes, 'a', bytes.length).format).toBe(format);
    const turned = parse(format, bytes, { offsetMinutes });
    const gists = ({ events }: typeof forward): unknown[] =>
      events.map(({ time, message, pid, kind, severity }) => ({ time, message, pid, kind, severity }));
    expect(gists(turned)).toEqual(gists(forward));
    expect(turned.events.some(({ kind, message }) => kind !== 'log' && message.includes('Traceback'))).toBe(true);
    // Each leads back to its bytes, which hold its lines from the last to the first.
    for (const event of turned.events) {
      const { byteOffset, byteLength, line } = event.source;
      const again = decodeRecord(format, bytes.subarray(byteOffset, byteOffset + byteLength), {
        ...CONTEXT,
        offsetMinutes,
        layout: layoutOf(bytes),
        nearTime: event.time,
        startOffset: byteOffset,
        startLine: line ?? 1,
      });
      if (byteOffset > 0) expect(again).toEqual(event);
    }
  });

  it('keeps the order of lines where only its records are turned round', () => {
    const record = (second: number): string =>
      `[2026-01-28 04:10:${String(second).padStart(2, '0')} +0000] [8] [ERROR] Exception in worker process\nTraceback (most recent call last):\n  File "/srv/app.py", line 1, in run\n    go()\nValueError: ${second}`;
    const text = `${[9, 7, 5, 3, 1].map(record).join('\n')}\n`;
    const { events } = parse('gunicorn-log', bytesOf(text));
    expect(events.map(({ message }) => message.split('\n').at(-1))).toEqual(
      [9, 7, 5, 3, 1].map((second) => `ValueError: ${second}`),
    );
  });

  it('is not one whose clock was put back', () => {
    const text = LOG.replace(/^/, '[2026-01-29 04:10:22 +0000] [8] [INFO] before\n');
    expect(layoutOf(bytesOf(text)).isNewestFirst).toBe(false);
    expect(layoutOf(bytesOf(backward(LOG))).isNewestFirst).toBe(true);
  });

  it('is read in chunks of any size, cut and damaged, without throwing', () => {
    const bytes = bytesOf(backward(LOG));
    const whole = parse('gunicorn-log', bytes).items;
    expect(parse('gunicorn-log', bytes, {}, 7).items).toEqual(whole);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 40 }), (at, garbage) => {
        const damaged = bytes.slice();
        damaged.set(garbage.subarray(0, bytes.length - at), at);
        parse('gunicorn-log', damaged);
        parse('gunicorn-log', bytes.subarray(0, at));
      }),
      { numRuns: runs(30) },
    );
  });
});
