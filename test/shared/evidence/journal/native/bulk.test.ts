import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesInMemory } from '../../../../../shared/evidence/journal/native/bytes.ts';
import { PagedBytes, type PageSizes } from '../../../../../shared/evidence/journal/native/paged-bytes.ts';
import { readNativeJournal } from '../../../../../shared/evidence/journal/native/read.ts';
import { readNativeJournalInto } from '../../../../../shared/evidence/journal/native/read-into.ts';
import type { ItemSink } from '../../../../../shared/evidence/reading/parser.ts';
import { runs } from '../../../../support/properties.ts';
import { type Kept, kept, keptBare } from '../../kept.ts';
import { CONTEXT } from '../../support.ts';
import { NATIVE_FIXTURES, nativeFixture, usedBytes } from './support.ts';

const TINY: PageSizes = { pageBytes: 512, overlapBytes: 64, pagesKept: 2 };

/** Pages of the files that were read before. */
const ROOMS = new Map<PageSizes | undefined, Uint8Array[]>([[TINY, []]]);

function paged(bytes: Uint8Array, sizes?: PageSizes): PagedBytes {
  const read = (offset: number, into: Uint8Array): number => {
    const part = bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  };
  return new PagedBytes(bytes.length, read, sizes, ROOMS.get(sizes));
}

/** Compares both ways of reading; returns how many events were read as bytes. */
function compare(bytes: Uint8Array, sizes?: PageSizes): number {
  const reference = [...readNativeJournal(bytesInMemory(bytes), CONTEXT)].map(kept);
  const items: Kept[] = [];
  let bare = 0;
  const sink: ItemSink = {
    item: (item) => items.push(kept(item)),
    event: (...event) => {
      bare += 1;
      items.push(keptBare(...event));
    },
  };
  const source = paged(bytes, sizes);
  readNativeJournalInto(source, CONTEXT, sink, () => true);
  source.release();
  expect(items).toEqual(reference);
  return bare;
}

const isShortAsciiLine = (text: string): boolean =>
  text.length <= 4000 && [...text].every((char) => char !== '\n' && char < '\u0080');

describe.each(NATIVE_FIXTURES)('a native journal in bulk: %s', (name) => {
  const bytes = nativeFixture(name);
  const used = usedBytes(bytes);

  it('is read as entry by entry, those of one short ASCII line from their bytes', () => {
    const plain = [...readNativeJournal(bytesInMemory(bytes), CONTEXT)].filter(
      (item) => item.type === 'event' && isShortAsciiLine(item.event.message),
    );
    expect(plain.length).toBeGreaterThan(0);
    expect(compare(bytes)).toBe(plain.length);
  });

  it('is so through pages that are smaller than its objects', () => {
    // An object that lies in no page whole goes the ordinary way.
    expect(compare(bytes, TINY)).toBeGreaterThan(0);
  });

  it('is so when damaged or cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: used - 1 }),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.oneof({ weight: 3, arbitrary: fc.constant(used) }, fc.integer({ min: 256, max: used })),
        (at, garbage, length) => {
          const damaged = bytes.slice(0, used);
          damaged.set(garbage.subarray(0, used - at), at);
          compare(damaged.subarray(0, length), TINY);
        },
      ),
      { numRuns: runs(50) },
    );
  });
});

describe('the payloads of a native journal', () => {
  it('are read in bulk as entry by entry when a byte of any of them changes', () => {
    const bytes = nativeFixture('regular');
    const used = usedBytes(bytes);
    // Equals signs stand behind names of fields; what lies around them decides what a field is.
    const places = Array.from({ length: used }, (_, at) => at).filter((at) => bytes[at] === 0x3d);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.integer({ min: -12, max: 40 }),
        fc.constantFrom(0x00, 0x0a, 0x20, 0x2d, 0x30, 0x39, 0x3d, 0x41, 0x5b, 0x6b, 0xc3, 0xef, 0xff),
        (place, shift, byte) => {
          const changed = bytes.slice(0, used);
          changed[Math.max(256, Math.min(used - 1, place + shift))] = byte;
          compare(changed);
        },
      ),
      { numRuns: runs(100) },
    );
  });
});

describe('bytes in pages', () => {
  it('are the bytes of the file, wherever and however many are asked for', () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, at) => (at * 7) % 251);
    const source = paged(bytes, TINY);
    fc.assert(
      fc.property(fc.nat(5100), fc.nat(2000), (offset, length) => {
        expect([...source.at(offset, length)]).toEqual([...bytes.subarray(offset, offset + length)]);
        const at = source.locate(offset, length);
        if (at >= 0)
          expect([...source.bytes.subarray(at, at + length)]).toEqual([...bytes.subarray(offset, offset + length)]);
      }),
    );
  });
});
