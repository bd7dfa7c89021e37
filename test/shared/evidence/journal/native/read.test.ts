import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesInMemory } from '../../../../../shared/evidence/journal/native/bytes.ts';
import { NativeJournal } from '../../../../../shared/evidence/journal/native/journal.ts';
import { runs } from '../../../../support/properties.ts';
import { bytesOf } from '../../support.ts';
import { content, EXPECTED, NATIVE_FIXTURES, nativeFixture, read, usedBytes } from './support.ts';

const HEADER_BYTES = 256;
const FIRST_ARRAY_AT = 176;

describe.each(NATIVE_FIXTURES)('a native journal: %s', (name) => {
  const bytes = nativeFixture(name);
  const whole = read(bytes);
  const used = usedBytes(bytes);

  it('gives the events that journalctl reads', () => {
    expect(whole.problems).toEqual([]);
    expect(whole.events.map(content)).toEqual(EXPECTED.map(content));
  });

  it('leads every event back to its entry object', () => {
    for (const { source } of whole.events) {
      expect(bytes[source.byteOffset]).toBe(3);
      expect(source.byteOffset + source.byteLength).toBeLessThanOrEqual(used);
      expect(source.line).toBeNull();
    }
  });

  it('needs nothing of the preallocated room', () => {
    expect(read(bytes.subarray(0, used)).items).toEqual(whole.items);
  });

  it('never throws on damage, and keeps every entry outside it', () => {
    fc.assert(
      // What comes before are the signature and the flags that say how to read everything else.
      fc.property(
        fc.integer({ min: 16, max: used - 1 }),
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        (at, garbage) => {
          const damaged = bytes.slice(0, used);
          damaged.set(garbage.subarray(0, used - at), at);
          const offsets = new Set(read(damaged).events.map(({ source }) => source.byteOffset));
          for (const { source } of whole.events) {
            if (source.byteOffset < at + garbage.length && source.byteOffset + source.byteLength > at) continue;
            expect(offsets).toContain(source.byteOffset);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('keeps the entries before a cut, and says that the file is cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: HEADER_BYTES, max: used - 1 }), (length) => {
        const { events, problems } = read(bytes.subarray(0, length));
        const offsets = new Set(events.map(({ source }) => source.byteOffset));
        for (const { source } of whole.events) {
          if (source.byteOffset + source.byteLength <= length) expect(offsets).toContain(source.byteOffset);
        }
        expect(problems.map(({ kind }) => kind)).toContain('truncated');
      }),
      { numRuns: runs(40) },
    );
  });
});

describe('a damaged native journal', () => {
  const bytes = nativeFixture('regular');
  const whole = read(bytes);
  const used = usedBytes(bytes);
  const damaged = (change: (copy: Uint8Array, view: DataView) => void) => {
    const copy = bytes.slice(0, used);
    change(copy, new DataView(copy.buffer));
    return read(copy);
  };
  const offsetOf = (index: number): number => whole.events[index]?.source.byteOffset ?? 0;

  it.each([
    ['points nowhere', 8n * 1024n * 1024n],
    ['points to no list', 256n],
    ['is no multiple of 8', 4099n],
  ])('is read object by object when the list of entries %s', (_why, place) => {
    const { events, problems } = damaged((_copy, view) => view.setBigUint64(FIRST_ARRAY_AT, place, true));
    expect(events).toEqual(whole.events);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ kind: 'malformed-record', message: expect.stringContaining('7 entries') });
  });

  it('gives the entries that no list names yet, as in a copy taken while they were written', () => {
    const { events } = damaged((_copy, view) => view.setBigUint64(FIRST_ARRAY_AT, 0n, true));
    expect(events).toEqual(whole.events);
  });

  it('is read around a hole of zeros, and says where it is', () => {
    const { events, problems } = damaged((copy) => copy.fill(0, offsetOf(2) - 200, offsetOf(3) - 8));
    expect(events.map(({ source }) => source.byteOffset)).toEqual(
      whole.events.map(({ source }) => source.byteOffset).filter((offset) => offset !== offsetOf(2)),
    );
    expect(problems.some(({ message }) => /Bytes \d+ to \d+ of .* are damaged/.test(message))).toBe(true);
    expect(problems.some(({ message }) => message.includes('1 are lost'))).toBe(true);
  });

  it('names the entry whose message is damaged and keeps it', () => {
    const text = new TextDecoder('latin1').decode(bytes);
    const message = text.indexOf('MESSAGE=Booting');
    const { events, problems } = damaged((copy) => {
      copy[message - 64] = 9;
    });
    expect(events[0]).toMatchObject({ message: '', pid: 23027, source: whole.events[0]?.source });
    expect(events.slice(1)).toEqual(whole.events.slice(1));
    expect(problems.some(({ message: said }) => said.includes(`entry at byte ${offsetOf(0)} `))).toBe(true);
  });

  it('ends a list of entries that runs in a circle', () => {
    const { events } = damaged((_copy, view) => {
      const array = Number(view.getBigUint64(FIRST_ARRAY_AT, true));
      view.setBigUint64(array + 16, BigInt(array), true);
    });
    expect(events).toEqual(whole.events);
  });

  it('says when a newer systemd wrote it', () => {
    const { events, problems } = damaged((copy) => {
      copy[13] = 0x01;
    });
    expect(events).toEqual(whole.events);
    expect(problems[0]?.message).toContain('flags 0x100');
  });

  it('is nothing but any bytes behind the signature', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (garbage) => {
        const all = new Uint8Array(8 + garbage.length);
        all.set(bytesOf('LPKSHHRH'));
        all.set(garbage, 8);
        for (const { type } of read(all).items) expect(type).toBe('problem');
      }),
    );
  });
});

describe('the text of an entry', () => {
  const journal = NativeJournal.open(bytesInMemory(nativeFixture('xz')));
  const events = read(nativeFixture('xz')).events;
  const textAt = (index: number, limit = 65_536) => journal?.text(events[index]?.source.byteOffset ?? 0, limit);

  it('lists its fields, further lines indented', () => {
    const shown = textAt(6);
    expect(shown?.cut).toBe(false);
    expect(shown?.text).toContain('\n_COMM=python3\n');
    expect(shown?.text).toMatch(/\nMESSAGE=2026-11-24 .*\n {10}File "|\nMESSAGE=2026-11-24 .*\n {8} {2}File "/);
    expect(textAt(0)?.text).toMatch(/^__REALTIME_TIMESTAMP=\d{16}\n__MONOTONIC_TIMESTAMP=\d+\n/);
  });

  it('is cut at a limit, and says so', () => {
    const shown = textAt(6, 500);
    expect(shown?.cut).toBe(true);
    expect(shown?.text.length).toBeLessThan(700);
    expect(journal?.text(8, 500)).toBeNull();
  });
});
