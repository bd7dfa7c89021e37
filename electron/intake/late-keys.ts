import { bytesInMemory } from '../../shared/evidence/native-journal/bytes.ts';
import { readNativeJournal } from '../../shared/evidence/native-journal/read.ts';
import type { ParseContext, ParsedItem } from '../../shared/evidence/parser.ts';
import { PARSERS } from '../../shared/evidence/parsers.ts';
import type { EvidenceFormat } from '../../shared/model/evidence.ts';
import { type EntryKeyTable, putKey } from './entry-keys.ts';
import type { FoundFile } from './inventory.ts';
import { EvidenceReader } from './read-only.ts';

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
  let event = log.firstEvent;
  const take = (items: Iterable<ParsedItem>): void => {
    for (const item of items) {
      if (item.type !== 'event') continue;
      if (event >= log.firstEvent + log.events) return;
      putKey(keys, event, log.format, item.event);
      event += 1;
    }
  };
  try {
    const reader = new EvidenceReader(log.found.absolutePath);
    try {
      if (log.format === 'journal-native') {
        take(readNativeJournal(bytesInMemory(reader.at(0, reader.stamp.bytes)), log.context));
        return;
      }
      const parser = PARSERS[log.format]?.(log.context);
      if (parser === undefined) return;
      for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) take(parser.push(chunk));
      take(parser.end());
    } finally {
      reader.close();
    }
  } catch {
    // Its events are there; that their bytes are gone is told when somebody looks at them.
  }
}
