import { type ByteSource, readU32 } from './bytes.ts';
import {
  isPlausibleEntry,
  type JournalHeader,
  type JournalObject,
  looksWhole,
  OBJECT_HEADER_BYTES,
  OBJECT_TYPES,
  readEntryArray,
  readObject,
} from './objects.ts';

/** Bytes in which no object could be read. */
export interface DamagedRange {
  readonly from: number;
  readonly to: number;
}

/** The entries of a file and what is wrong with it. */
export interface FoundEntries {
  /** Offsets of entry objects, ascending: the order in which they were written. */
  readonly offsets: Float64Array;
  /** Entries that no list names: the file was copied or cut while they were written, or the list is damaged. */
  readonly unlisted: number;
  /** Where the list of entries breaks off; null when it is whole. */
  readonly listBrokenAt: number | null;
  readonly damaged: readonly DamagedRange[];
  /** Damaged ranges beyond those listed. */
  readonly furtherDamaged: number;
}

const DAMAGED_LISTED = 50;
/** Bytes skipped at a time where a damaged file holds nothing. */
const ZERO_BLOCK_BYTES = 64 * 1024;

/**
 * Finds every entry by two ways: the list of entries that the header begins, and reading object by object from the first
 * to the last. Either way alone loses entries when its own objects are damaged; together they lose only what is damaged.
 */
export function findEntries(source: ByteSource, header: JournalHeader): FoundEntries {
  const listed = followList(source, header);
  const scanned = scanObjects(source, header);
  const offsets = new Set([...listed.offsets, ...scanned.offsets]);
  let unlisted = 0;
  for (const offset of scanned.offsets) if (!listed.offsets.has(offset)) unlisted += 1;
  return {
    offsets: Float64Array.from(offsets).sort(),
    unlisted,
    listBrokenAt: listed.brokenAt,
    damaged: scanned.damaged,
    furtherDamaged: scanned.furtherDamaged,
  };
}

/** Entries in the chain of entry arrays. Arrays lie in ascending order, as journald checks too, which ends every loop. */
function followList(
  source: ByteSource,
  header: JournalHeader,
): { readonly offsets: ReadonlySet<number>; readonly brokenAt: number | null } {
  const offsets = new Set<number>();
  let brokenAt: number | null = null;
  let from = 0;
  for (let at = header.entryArrayOffset; at !== 0; ) {
    const array = at > from ? readObject(source, at) : null;
    if (array?.type !== OBJECT_TYPES.entryArray) return { offsets, brokenAt: brokenAt ?? Math.min(at, source.size) };
    const { next, entries } = readEntryArray(source, header, array);
    for (const offset of entries) {
      const entry = readObject(source, offset);
      if (entry !== null && isPlausibleEntry(source, header, entry)) offsets.add(offset);
      else brokenAt ??= array.offset;
    }
    from = at;
    at = next;
  }
  return { offsets, brokenAt };
}

function scanObjects(
  source: ByteSource,
  header: JournalHeader,
): {
  readonly offsets: readonly number[];
  readonly damaged: readonly DamagedRange[];
  readonly furtherDamaged: number;
} {
  const offsets: number[] = [];
  const damaged: DamagedRange[] = [];
  let furtherDamaged = 0;
  const lost = (from: number, to: number): void => {
    if (damaged.length < DAMAGED_LISTED) damaged.push({ from, to });
    else furtherDamaged += 1;
  };
  let at = header.headerBytes;
  /** The object before, whose size leads to `at` and may be what is damaged. */
  let before: JournalObject | null = null;
  while (at <= source.size - OBJECT_HEADER_BYTES) {
    const object = readObject(source, at);
    if (object !== null) {
      if (isPlausibleEntry(source, header, object)) offsets.push(at);
      before = object;
      at = endOf(object);
      continue;
    }
    // Behind the last object the file is preallocated; a file that was copied while it was written may hold some more.
    if (at > header.tailObjectOffset) break;
    const from = before === null ? at : before.offset + OBJECT_HEADER_BYTES;
    const found = nextObject(source, header, from);
    if (found === null) {
      if (at < source.size) lost(at, source.size);
      break;
    }
    lost(Math.min(at, before?.offset ?? at), found);
    before = null;
    at = found;
  }
  return { offsets, damaged, furtherDamaged };
}

function endOf(object: JournalObject): number {
  return Math.ceil((object.offset + object.bytes) / 8) * 8;
}

/** The next place from an offset on where an object of plausible content begins; null when there is none. */
function nextObject(source: ByteSource, header: JournalHeader, from: number): number | null {
  for (let block = Math.ceil(from / 8) * 8; block < source.size; block += ZERO_BLOCK_BYTES) {
    // One read a block, and a copy of it: looking closer reads elsewhere.
    const bytes = source.at(block, ZERO_BLOCK_BYTES + OBJECT_HEADER_BYTES).slice();
    for (let at = 0; at < ZERO_BLOCK_BYTES && at + OBJECT_HEADER_BYTES <= bytes.length; at += 8) {
      const type = bytes[at] ?? 0;
      if (type === 0 || type > OBJECT_TYPES.tag || readU32(bytes, at + 4) !== 0) continue;
      const object = readObject(source, block + at);
      if (object !== null && looksWhole(source, header, object)) return block + at;
    }
  }
  return null;
}
