import { problemItem } from '../../reading/lines.ts';
import type { ItemSink, ParseContext } from '../../reading/parser.ts';
import { EntryBytes } from './entry-bytes.ts';
import { NativeJournal } from './journal.ts';
import type { PagedBytes } from './paged-bytes.ts';
import { FieldProblems, headerProblems, itemsLimit, lossProblems, tooMuch, workLimit } from './read.ts';

/** Entries between two words of how far the reading is, where the caller does not say. */
const REPORT_EVERY = 4096;

/**
 * Does what readNativeJournal does, for an import: hands the same records to `sink`, those that need no more than a look at
 * their bytes as bare numbers. `report` is told before every `reportEvery`th entry up to which byte of the file entries were
 * read, and answers false to stop; returns whether the reading went on to the end.
 */
export function readNativeJournalInto(
  source: PagedBytes,
  context: ParseContext,
  sink: ItemSink,
  report: (readBytes: number) => boolean,
  reportEvery = REPORT_EVERY,
): boolean {
  const journal = NativeJournal.open(source);
  if (journal === null) {
    sink.item(problemItem('malformed-record', `${context.fileName} does not begin like a native journal.`, 0));
    return true;
  }
  const found = journal.entries();
  for (const item of headerProblems(journal, context)) sink.item(item);
  const fields = new FieldProblems();
  const entry = new EntryBytes(source, journal.header);
  const workLimitBytes = workLimit(source);
  let itemsLeft = itemsLimit(source);
  let read = 0;
  let seen = 0;
  for (const offset of found.offsets) {
    if (seen % reportEvery === 0 && !report(offset)) return false;
    seen += 1;
    const isPlain = entry.read(offset);
    const event = isPlain ? null : journal.event(offset, context);
    if (!isPlain && event === null) continue;
    itemsLeft -= event === null ? entry.items : event.items;
    if (itemsLeft < 0 || journal.workBytes > workLimitBytes) {
      sink.item(tooMuch(offset, context));
      break;
    }
    read += 1;
    if (event === null) {
      sink.event(entry, offset, entry.byteLength, 0);
    } else {
      fields.add(event.problems);
      sink.item(event.item);
    }
  }
  for (const item of fields.items(context)) sink.item(item);
  for (const item of lossProblems(journal, found, read, context)) sink.item(item);
  return true;
}
