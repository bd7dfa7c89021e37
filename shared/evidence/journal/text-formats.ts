import type { Detector, LogFormat } from '../reading/format.ts';
import { findInText } from './find-message.ts';
import { type JournalTextFormat, readJournalPrefix } from './journal-prefix.ts';
import { createJournalTextParser } from './journal-text.ts';
import { readPlainEntry } from './journal-text-again.ts';

type TextFormat = LogFormat & { readonly detect: Extract<Detector, { readonly by: 'stamp' }> };
type Traits = Pick<LogFormat, 'savedAs' | 'dated' | 'stampedBy' | 'copyRank' | 'findMessage' | 'beginsRecord'>;

/** A text format with one stamp in front of every entry: one parser reads them all. `stamp` is how its stamp is called. */
function textFormat(format: JournalTextFormat, stamp: string, traits: Traits): TextFormat {
  return {
    holds: 'log',
    ...traits,
    detect: { by: 'stamp', why: `has lines with the stamp of ${stamp}` },
    printsHostZone: true,
    create: createJournalTextParser(format),
    readAgain: (time) => createJournalTextParser(format, { firstMonotonicAt: time }),
    isVerbatim: true,
    messageOf: null,
    wholeRecordBytes: null,
    readPlainly: (_layout, offsetMinutes) => readPlainEntry(offsetMinutes),
    isLaidOut: false,
  };
}

function datesItself(format: JournalTextFormat): (line: string) => boolean {
  return (line) => {
    const stamp = readJournalPrefix(line, format)?.stamp;
    return stamp?.type === 'wall' && stamp.zone !== null;
  };
}

const ITSELF = { dated: 'itself', stampedBy: 'journal', copyRank: 2 } as const;
const YEARLESS = { dated: 'by-year', stampedBy: 'journal', copyRank: 2 } as const;
const UPTIME = { dated: 'by-ties', stampedBy: 'uptime', copyRank: 3 } as const;

export const TEXT_FORMATS: Readonly<Record<JournalTextFormat, TextFormat>> = {
  'journal-short': textFormat('journal-short', 'journalctl -o short', {
    ...YEARLESS,
    savedAs: '`short`',
    findMessage: findInText,
    beginsRecord: null,
  }),
  'journal-short-precise': textFormat('journal-short-precise', 'journalctl -o short-precise', {
    ...YEARLESS,
    savedAs: '`short-precise`',
    findMessage: findInText,
    beginsRecord: null,
  }),
  'journal-short-iso': textFormat('journal-short-iso', 'journalctl -o short-iso', {
    ...ITSELF,
    savedAs: '`short-iso`',
    findMessage: findInText,
    beginsRecord: datesItself('journal-short-iso'),
  }),
  'journal-short-iso-precise': textFormat('journal-short-iso-precise', 'journalctl -o short-iso-precise', {
    ...ITSELF,
    savedAs: '-o short-iso-precise`',
    findMessage: findInText,
    beginsRecord: datesItself('journal-short-iso-precise'),
  }),
  'journal-short-full': textFormat('journal-short-full', 'journalctl -o short-full', {
    ...ITSELF,
    savedAs: '`short-full`',
    findMessage: findInText,
    beginsRecord: null,
  }),
  'journal-short-unix': textFormat('journal-short-unix', 'journalctl -o short-unix', {
    ...ITSELF,
    savedAs: '`short-unix`',
    findMessage: findInText,
    beginsRecord: null,
  }),
  'journal-short-monotonic': textFormat('journal-short-monotonic', 'journalctl -o short-monotonic', {
    ...UPTIME,
    savedAs: '`short-monotonic`',
    findMessage: findInText,
    beginsRecord: null,
  }),
  'syslog-rfc3164': textFormat('syslog-rfc3164', 'syslog by RFC 3164', {
    ...YEARLESS,
    savedAs: 'RFC 3164',
    findMessage: null,
    beginsRecord: null,
  }),
  'syslog-rfc5424': textFormat('syslog-rfc5424', 'syslog by RFC 5424', {
    ...ITSELF,
    savedAs: 'RFC 5424',
    findMessage: null,
    beginsRecord: null,
  }),
};
