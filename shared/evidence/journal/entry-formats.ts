import type { LogFormat } from '../reading/format.ts';
import { findInExport, findInJson, findInVerbose } from './find-message.ts';
import { createJournalExportParser } from './journal-export.ts';
import { createJournalJsonParser, JSON_LINE_LIMIT_BYTES, withoutFraming } from './journal-json.ts';
import { createJournalVerboseParser, readVerboseHeader } from './journal-verbose.ts';
import { messageOfExport, messageOfJson } from './message-bytes.ts';

/*
 * The formats that keep an entry's fields, from which most is known of it: other copies of the entry stand behind theirs, and
 * behind the journal itself.
 */

export const JOURNAL_NATIVE: LogFormat = {
  holds: 'log',
  savedAs: '`.journal~`',
  detect: {
    by: 'bytes',
    magics: [
      // https://systemd.io/JOURNAL_FILE_FORMAT/#header
      {
        at: 0,
        bytes: [...'LPKSHHRH'].map((char) => char.charCodeAt(0)),
        why: 'begins with the signature of a native journal',
      },
    ],
    shape: null,
    name: null,
  },
  dated: 'itself',
  printsHostZone: true,
  // Its objects refer to each other: it is read from place to place, see native/read-into.ts.
  create: null,
  readAgain: null,
  stampedBy: 'journal',
  copyRank: 0,
  findMessage: null,
  isVerbatim: false,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
  readPlainly: null,
  isLaidOut: false,
};

export const JOURNAL_JSON: LogFormat = {
  holds: 'log',
  savedAs: '`json`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '{"__REALTIME_TIMESTAMP":"1764542464539733","MESSAGE":"Starting gunicorn 26.1.0"}',
        why: 'has journal entries as JSON objects',
        reads: (line) =>
          withoutFraming(line).startsWith('{') && /"(?:__REALTIME_TIMESTAMP|__CURSOR|MESSAGE|_BOOT_ID)"\s?:/.test(line),
      },
      {
        // -o json-pretty
        sample: '\t"__REALTIME_TIMESTAMP" : "1764542464539733",',
        why: 'has journal entries as JSON objects',
        reads: (line) => /^\s*"__(?:REALTIME_TIMESTAMP|CURSOR)" : "/.test(line),
      },
    ],
    beforeStamps: false,
  },
  dated: 'itself',
  printsHostZone: true,
  create: createJournalJsonParser,
  readAgain: () => createJournalJsonParser,
  stampedBy: 'journal',
  copyRank: 1,
  findMessage: findInJson,
  // Characters may be escaped.
  isVerbatim: false,
  messageOf: messageOfJson,
  // Fields of json-pretty are indented, and its braces stand alone.
  beginsRecord: (line) => line.startsWith('{"'),
  wholeRecordBytes: JSON_LINE_LIMIT_BYTES,
  readPlainly: null,
  isLaidOut: false,
};

/** Fields that journald itself adds; a sender's fields (`MESSAGE=`) look like any file of settings. */
const EXPORT_FIELD =
  /^(?:__(?:CURSOR|REALTIME_TIMESTAMP|MONOTONIC_TIMESTAMP)|_(?:BOOT_ID|MACHINE_ID|HOSTNAME|TRANSPORT|PID|UID|GID|COMM|EXE|CMDLINE|CAP_EFFECTIVE|SELINUX_CONTEXT|RUNTIME_SCOPE|STREAM_ID|(?:SYSTEMD|SOURCE|AUDIT|KERNEL|UDEV)_[A-Z_]+))=/;

export const JOURNAL_EXPORT: LogFormat = {
  holds: 'log',
  savedAs: '`export`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '__REALTIME_TIMESTAMP=1764542464539733',
        why: 'has journal entries in the Journal Export Format',
        reads: (line) => EXPORT_FIELD.test(line),
      },
    ],
    beforeStamps: false,
  },
  dated: 'itself',
  printsHostZone: true,
  create: createJournalExportParser,
  readAgain: () => createJournalExportParser,
  stampedBy: 'journal',
  copyRank: 1,
  findMessage: findInExport,
  isVerbatim: true,
  messageOf: messageOfExport,
  // A binary field may hold anything, the beginning of an entry too.
  beginsRecord: null,
  wholeRecordBytes: 32 * 1024 * 1024,
  readPlainly: null,
  isLaidOut: false,
};

export const JOURNAL_VERBOSE: LogFormat = {
  holds: 'log',
  savedAs: '`verbose`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample:
          'Sun 2025-11-30 22:41:04.539733 UTC [s=7547c45bd4ac4b33a7226876cd03764b;i=1;b=a240791736fc4f16beaa9416bb346a34;m=d063bcd4;t=644d78eca3c55;x=20e8fb4dfb87cd47]',
        why: 'has lines with the stamp and cursor of journalctl -o verbose',
        reads: (line) => readVerboseHeader(line) !== null,
      },
    ],
    beforeStamps: false,
  },
  dated: 'itself',
  printsHostZone: true,
  create: createJournalVerboseParser,
  readAgain: () => createJournalVerboseParser,
  stampedBy: 'journal',
  copyRank: 1,
  findMessage: findInVerbose,
  isVerbatim: true,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
  readPlainly: null,
  isLaidOut: false,
};
