import type { ParseProblem } from '../../../model/evidence.ts';
import { problemItem } from '../../reading/lines.ts';
import type { ParseContext, ParsedItem } from '../../reading/parser.ts';
import type { ByteSource } from './bytes.ts';
import type { FoundEntries } from './find-entries.ts';
import { NativeJournal } from './journal.ts';

const MIB = 1024 * 1024;
/** Damaged data objects that are told one by one; one object may be shared by every entry of the file. */
const FIELD_PROBLEMS_LISTED = 50;

/**
 * All entries of a native journal as events, in the order in which they were written, then what is wrong with the file.
 * An event's bytes are those of its entry object. Never throws on content.
 */
export function* readNativeJournal(source: ByteSource, context: ParseContext): Generator<ParsedItem> {
  const journal = NativeJournal.open(source);
  if (journal === null) {
    yield problemItem('malformed-record', `${context.fileName} does not begin like a native journal.`, 0);
    return;
  }
  const found = journal.entries();
  yield* headerProblems(journal, context);
  const fields = new FieldProblems();
  let itemsLeft = itemsLimit(source);
  const workLimitBytes = workLimit(source);
  let read = 0;
  for (const offset of found.offsets) {
    const event = journal.event(offset, context);
    if (event === null) continue;
    itemsLeft -= event.items;
    if (itemsLeft < 0 || journal.workBytes > workLimitBytes) {
      yield tooMuch(offset, context);
      break;
    }
    read += 1;
    fields.add(event.problems);
    yield event.item;
  }
  yield* fields.items(context);
  yield* lossProblems(journal, found, read, context);
}

/**
 * Fields of all entries that are looked at. An entry has as many as fit into its bytes; objects that overlap, which journald
 * never writes, could have far more.
 */
export function itemsLimit(source: ByteSource): number {
  return source.size / 4;
}

/** Bytes of values that are decompressed, decoded or looked through. */
export function workLimit(source: ByteSource): number {
  return 16 * source.size + 1024 * MIB;
}

/** The problem of a file that goes beyond one of the limits. */
export function tooMuch(offset: number, context: ParseContext): ParsedItem {
  const message = `The entries of ${context.fileName} hold far more than its size allows; those from byte ${offset} on are left out.`;
  return problemItem('limit-exceeded', message, offset);
}

export function* headerProblems(journal: NativeJournal, context: ParseContext): Generator<ParsedItem> {
  const { unknownFlags } = journal.header;
  if (unknownFlags === 0) return;
  const flags = `0x${unknownFlags.toString(16)}`;
  const message = `${context.fileName} was written by a systemd that is newer than what is known here (flags ${flags}): what is read may be incomplete; compare with journalctl --file=FILE -o json.`;
  yield problemItem('malformed-record', message, 12);
}

/** Each damaged data object once, by its place: entries share them. */
export class FieldProblems {
  readonly #byPlace = new Map<number, { readonly problem: ParseProblem; count: number }>();
  #further = 0;

  add(problems: readonly ParseProblem[]): void {
    for (const problem of problems) {
      const place = problem.byteOffset ?? 0;
      const known = this.#byPlace.get(place);
      if (known !== undefined) known.count += 1;
      else if (this.#byPlace.size < FIELD_PROBLEMS_LISTED) this.#byPlace.set(place, { problem, count: 1 });
      else this.#further += 1;
    }
  }

  *items(context: ParseContext): Generator<ParsedItem> {
    for (const { problem, count } of this.#byPlace.values()) {
      const others = count === 1 ? '' : ` So are ${count - 1} other entries.`;
      yield { type: 'problem', problem: { ...problem, message: `${problem.message}${others}` } };
    }
    if (this.#further > 0) {
      const message = `${this.#further} further fields of entries of ${context.fileName} cannot be read.`;
      yield problemItem('malformed-record', message, null);
    }
  }
}

export function* lossProblems(
  journal: NativeJournal,
  found: FoundEntries,
  read: number,
  context: ParseContext,
): Generator<ParsedItem> {
  const { fileName } = context;
  const { entryCount } = journal.header;
  const lost = Number.isSafeInteger(entryCount) && entryCount > read ? entryCount - read : 0;
  const isCut = journal.isCut();
  if (isCut) {
    const message = `${fileName} is cut after ${journal.size} bytes; of ${entryCount} entries ${read} could be read.`;
    yield problemItem('truncated', message, journal.size);
  }
  for (const { from, to } of found.damaged) {
    if (isCut && to === journal.size) continue;
    const message = `Bytes ${from} to ${to} of ${fileName} are damaged: entries and fields that lie there are lost, all others are kept.`;
    yield problemItem('malformed-record', message, from);
  }
  if (found.furtherDamaged > 0) {
    const message = `${found.furtherDamaged} further stretches of ${fileName} are damaged.`;
    yield problemItem('malformed-record', message, null);
  }
  if (found.listBrokenAt !== null && !isCut) {
    const message = `The list of entries of ${fileName} breaks off; ${found.unlisted} entries were found by reading object by object.`;
    yield problemItem('malformed-record', message, found.listBrokenAt);
  }
  if (lost > 0 && !isCut) {
    const message = `${fileName} says that it has ${entryCount} entries; ${read} could be read and ${lost} are lost.`;
    yield problemItem('malformed-record', message, 152);
  }
}
