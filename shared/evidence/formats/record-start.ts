import type { EvidenceFormat } from '../../model/evidence.ts';
import { readJournalPrefix } from '../journal/journal-prefix.ts';

const LF = 0x0a;
const decoder = new TextDecoder('utf-8');

/** Whether a whole line begins a record, whatever stands above it, and dates itself. */
type BeginsRecord = (line: string) => boolean;

const RECORD_STARTS: { readonly [Format in EvidenceFormat]?: BeginsRecord } = {
  'journal-short-iso': (line) => datesItself(line, 'journal-short-iso'),
  'journal-short-iso-precise': (line) => datesItself(line, 'journal-short-iso-precise'),
  // Fields of json-pretty are indented, and its braces stand alone.
  'journal-json': (line) => line.startsWith('{"'),
};

function datesItself(line: string, format: 'journal-short-iso' | 'journal-short-iso-precise'): boolean {
  const stamp = readJournalPrefix(line, format)?.stamp;
  return stamp?.type === 'wall' && stamp.zone !== null;
}

/** Formats whose records can be found from any place within a file. */
export function hasRecordStarts(format: EvidenceFormat): boolean {
  return RECORD_STARTS[format] !== undefined;
}

/**
 * Where the first record begins for certain that begins in some bytes from the middle of a file, as an index into them; -1
 * when none is seen to.
 */
export function recordStart(format: EvidenceFormat, bytes: Uint8Array): number {
  const begins = RECORD_STARTS[format];
  if (begins === undefined) return -1;
  let lineEnd = bytes.indexOf(LF);
  while (lineEnd >= 0) {
    const from = lineEnd + 1;
    lineEnd = bytes.indexOf(LF, from);
    if (lineEnd >= 0 && begins(decoder.decode(bytes.subarray(from, lineEnd)))) return from;
  }
  return -1;
}
