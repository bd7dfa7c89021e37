import type { RecordFormat, WholeFormat } from '../reading/format.ts';

/** What `journalctl` prints where the journal has nothing of what was asked for. */
export const JOURNAL_EMPTY: RecordFormat = {
  holds: 'notices',
  savedAs: null,
  // Told by what is not there: nothing but notices stands in it.
  detect: null,
  dated: 'undated',
  printsHostZone: true,
  create: null,
  readAgain: null,
};

/** No bytes, or nothing but blanks. */
export const EMPTY: WholeFormat = {
  holds: 'nothing',
  savedAs: null,
  detect: null,
  dated: 'undated',
  printsHostZone: false,
  create: null,
  readAgain: null,
};

export const UNKNOWN: WholeFormat = {
  holds: 'nothing',
  savedAs: null,
  detect: {
    by: 'bytes',
    // What cannot be read is at least named, with the way out.
    magics: [{ at: 0, bytes: [0x7f, 0x45, 0x4c, 0x46], why: 'is a program or core dump (ELF)' }],
    shape: null,
    name: null,
  },
  // A text without stamps may turn out to be journalctl's cat, once the entries of the others are known.
  dated: 'by-copies',
  printsHostZone: false,
  create: null,
  readAgain: null,
};
