import { FORMATS, logFormat } from '../../../shared/evidence/formats/table.ts';
import { PagedBytes } from '../../../shared/evidence/journal/native/paged-bytes.ts';
import { readNativeJournalInto } from '../../../shared/evidence/journal/native/read-into.ts';
import type { LogFormat } from '../../../shared/evidence/reading/format.ts';
import type { ItemSink, ParseContext, ParsedItem, PlainEvent } from '../../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { type EntryKeyTable, putBareKey, putKey } from '../../events/entry-keys.ts';
import type { FoundFile } from '../../files/inventory.ts';
import { EvidenceReader } from '../../files/read-only.ts';

/** A log that was read while there was no other: where its events stand in the table, and how they were read. */
export interface KeylessLog {
  readonly found: FoundFile;
  readonly format: EvidenceFormat;
  readonly context: ParseContext;
  readonly firstEvent: number;
  readonly events: number;
}

/**
 * Gives the events of a log the keys that they were spared while it was the only one. Reads it once more; what cannot be
 * read again stays without keys, and then merges with nothing.
 */
export function keyLate(log: KeylessLog, keys: EntryKeyTable): void {
  const sink = new KeySink(log, keys);
  try {
    const reader = new EvidenceReader(log.found.absolutePath);
    try {
      if (log.format === 'journal-native') {
        const source = new PagedBytes(reader.stamp.bytes, (offset, into) => reader.readAt(offset, into));
        readNativeJournalInto(source, log.context, sink, () => true);
        return;
      }
      const parser = FORMATS[log.format].create?.(log.context) ?? null;
      if (parser === null) return;
      for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
        if (parser.pushInto === undefined) sink.take(parser.push(chunk));
        else parser.pushInto(chunk, sink);
      }
      sink.take(parser.end());
    } finally {
      reader.close();
    }
  } catch {
    // Its events are there; that their bytes are gone is told when somebody looks at them.
  }
}

/** Counts events as they were counted when they were put into the table. */
class KeySink implements ItemSink {
  readonly #log: KeylessLog;
  readonly #traits: LogFormat | null;
  readonly #keys: EntryKeyTable;
  #event: number;

  constructor(log: KeylessLog, keys: EntryKeyTable) {
    this.#log = log;
    this.#traits = logFormat(log.format);
    this.#keys = keys;
    this.#event = log.firstEvent;
  }

  take(items: readonly ParsedItem[]): void {
    for (const item of items) this.item(item);
  }

  item(item: ParsedItem): void {
    if (item.type === 'event' && this.#traits !== null && this.#isKnown())
      putKey(this.#keys, this.#event++, this.#traits, item.event);
  }

  event(event: PlainEvent): void {
    if (this.#traits !== null && this.#isKnown()) putBareKey(this.#keys, this.#event++, this.#traits, event);
  }

  /** A file that grew in the meantime has more events than the table. */
  #isKnown(): boolean {
    return this.#event < this.#log.firstEvent + this.#log.events;
  }
}
