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
interface DamagedRange {
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
  const scanned = scanObjects(source, header);
  const listed = followList(source, header, scanned.offsets);
  const { offsets, furtherCount } = merged(listed.offsets, scanned.offsets);
  return {
    offsets,
    unlisted: furtherCount,
    listBrokenAt: listed.brokenAt,
    damaged: scanned.damaged,
    furtherDamaged: scanned.furtherDamaged,
  };
}

/** Both of two ascending lists without doubles, and how many of the second the first lacks. */
function merged(
  first: Float64Array,
  second: Float64Array,
): { readonly offsets: Float64Array; readonly furtherCount: number } {
  const all = new OffsetList();
  let furtherCount = 0;
  let at = 0;
  for (const offset of second) {
    for (; at < first.length && (first[at] ?? 0) < offset; at += 1) all.add(first[at] ?? 0);
    if (first[at] === offset) at += 1;
    else furtherCount += 1;
    all.add(offset);
  }
  for (; at < first.length; at += 1) all.add(first[at] ?? 0);
  return { offsets: all.list(), furtherCount };
}

/** Offsets as they are found: eight bytes each, where a set would take many times as much for millions. */
class OffsetList {
  #offsets = new Float64Array(1024);
  #count = 0;

  add(offset: number): void {
    if (this.#count === this.#offsets.length) {
      const grown = new Float64Array(this.#count * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[this.#count] = offset;
    this.#count += 1;
  }

  list(): Float64Array {
    return this.#offsets.subarray(0, this.#count);
  }

  /** In ascending order, each once. */
  ascending(): Float64Array {
    const sorted = this.list().slice().sort();
    let kept = 0;
    for (const offset of sorted) {
      if (kept > 0 && sorted[kept - 1] === offset) continue;
      sorted[kept] = offset;
      kept += 1;
    }
    return sorted.subarray(0, kept);
  }
}

/**
 * Entries in the chain of entry arrays. Arrays lie in ascending order, as journald checks too, which ends every loop. An
 * offset that is among the `known` ones, which are ascending, has been looked at.
 */
function followList(
  source: ByteSource,
  header: JournalHeader,
  known: Float64Array,
): { readonly offsets: Float64Array; readonly brokenAt: number | null } {
  const offsets = new OffsetList();
  let brokenAt: number | null = null;
  let from = 0;
  let next = 0;
  // The list names entries in the order in which they lie in the file, so that one step forward is enough as a rule.
  const isKnown = (offset: number): boolean => {
    while (next < known.length && (known[next] ?? 0) < offset) next += 1;
    return known[next] === offset;
  };
  for (let at = header.entryArrayOffset; at !== 0; ) {
    const array = at > from ? readObject(source, at) : null;
    if (array?.type !== OBJECT_TYPES.entryArray) {
      return { offsets: offsets.ascending(), brokenAt: brokenAt ?? Math.min(at, source.size) };
    }
    const read = readEntryArray(source, header, array);
    for (const offset of read.entries) {
      if (isKnown(offset) || isEntryAt(source, header, offset)) offsets.add(offset);
      else brokenAt ??= array.offset;
    }
    from = at;
    at = read.next;
  }
  return { offsets: offsets.ascending(), brokenAt };
}

function isEntryAt(source: ByteSource, header: JournalHeader, offset: number): boolean {
  const entry = readObject(source, offset);
  return entry !== null && isPlausibleEntry(source, header, entry);
}

function scanObjects(
  source: ByteSource,
  header: JournalHeader,
): {
  readonly offsets: Float64Array;
  readonly damaged: readonly DamagedRange[];
  readonly furtherDamaged: number;
} {
  const offsets = new OffsetList();
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
      if (isPlausibleEntry(source, header, object)) offsets.add(at);
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
  return { offsets: offsets.list(), damaged, furtherDamaged };
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
