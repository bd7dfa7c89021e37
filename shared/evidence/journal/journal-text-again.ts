import { MICROS_PER_MILLI, MICROS_PER_MINUTE } from '../../model/time.ts';
import { TRAITS } from '../reading/lines.ts';
import { isPrintable, type ReadPlainRecord } from '../reading/plain-record.ts';
import { JournalLineBytes, type YearlessDating } from './journal-text-bytes.ts';

/** Reads again the entries of one line that JournalLineBytes reads, of which no wording has to be looked at closer. */
export function readPlainEntry(offsetMinutes: number): ReadPlainRecord {
  const line = new JournalLineBytes();
  const dating: YearlessDating = {
    near: 0,
    year: 0,
    yearEnd: 0,
    offsetMicros: offsetMinutes * MICROS_PER_MINUTE,
    latest: Number.POSITIVE_INFINITY,
    // Of a record that was read before.
    isYearKnown: true,
  };
  return (bytes, time) => {
    if (!isPrintable(bytes)) return null;
    dating.near = time;
    dating.year = new Date(time / MICROS_PER_MILLI).getUTCFullYear();
    if (!line.read(bytes, 0, bytes.length, TRAITS.hash, dating) || !line.isPlain) return null;
    return {
      message: line.message,
      textAt: null,
      identifier: line.identifier,
      host: line.host,
      resolutionMicros: line.resolutionMicros,
    };
  };
}
