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

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/** What a desktop leaves behind in folders and archives: it says how they were shown. */
export const DESKTOP: WholeFormat = {
  holds: 'nothing',
  savedAs: null,
  detect: {
    by: 'bytes',
    magics: [
      // https://datatracker.ietf.org/doc/html/rfc1740, appendix A
      { at: 0, bytes: [0x00, 0x05, 0x16, 0x07], why: 'is what macOS keeps of a file beside it (AppleDouble)' },
      { at: 0, bytes: [0, 0, 0, 1, ...ascii('Bud1')], why: 'is how the Finder shows a folder (.DS_Store)' },
      { at: 0, bytes: ascii('[.ShellClassInfo]'), why: 'is how Explorer shows a folder (desktop.ini)' },
      { at: 0, bytes: ascii('\r\n[.ShellClassInfo]'), why: 'is how Explorer shows a folder (desktop.ini)' },
    ],
    shape: null,
    name: null,
  },
  dated: 'undated',
  printsHostZone: false,
  create: null,
  readAgain: null,
};

/** Explorer's pictures of files: the container is that of old Office documents, only the name tells it. */
export function isThumbnails(head: Uint8Array, fileName: string): boolean {
  return /^(?:eh)?thumbs\.db$/i.test(fileName) && OLE.every((byte, at) => head[at] === byte);
}
