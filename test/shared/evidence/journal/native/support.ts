import { gunzipSync } from 'node:zlib';
import { bytesInMemory } from '../../../../../shared/evidence/journal/native/bytes.ts';
import { readNativeJournal } from '../../../../../shared/evidence/journal/native/read.ts';
import type { ParsedEvent, ParsedItem } from '../../../../../shared/evidence/reading/parser.ts';
import type { ParseProblem } from '../../../../../shared/model/evidence.ts';
import { CONTEXT, fixture, parse } from '../../support.ts';

/** Native files of the same entries in every mode that journald writes. */
export const NATIVE_FIXTURES = ['regular', 'compact', 'unkeyed', 'xz', 'lz4', 'zstd'] as const;

export function nativeFixture(name: (typeof NATIVE_FIXTURES)[number]): Uint8Array {
  return new Uint8Array(gunzipSync(fixture(`journal-native/${name}.journal.gz`)));
}

/** What journalctl -o json reads from them. */
export const EXPECTED = parse('journal-json', fixture('journal-native/expected.json.txt')).events;

export interface Read {
  readonly items: readonly ParsedItem[];
  readonly events: readonly ParsedEvent[];
  readonly problems: readonly ParseProblem[];
}

export function read(bytes: Uint8Array): Read {
  const items = [...readNativeJournal(bytesInMemory(bytes), CONTEXT)];
  return {
    items,
    events: items.flatMap((item) => (item.type === 'event' ? [item.event] : [])),
    problems: items.flatMap((item) => (item.type === 'problem' ? [item.problem] : [])),
  };
}

/** An event without the bytes that it comes from. */
export function content({ source: _source, ...event }: ParsedEvent): Omit<ParsedEvent, 'source'> {
  return event;
}

/** The end of the last object: what follows is preallocated. */
export function usedBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const tail = Number(view.getBigUint64(136, true));
  return tail + Number(view.getBigUint64(tail + 8, true));
}
