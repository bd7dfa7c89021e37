import type { EpochMicros } from '../../model/time.ts';
import type { LogLayout } from './log-layout.ts';
import type { FindMessage } from './message-span.ts';
import type { CreateParser } from './parser.ts';
import type { ReadPlainRecord } from './plain-record.ts';

/*
 * What is true of a format, in one row: formats/table.ts has a row for every name, and whoever treats formats differently
 * reads it there. A trait that a row lacks is a type error, so no list somewhere else can forget a format.
 */

/** Fixed bytes at a fixed place. */
export interface Magic {
  readonly at: number;
  readonly bytes: readonly number[];
  /** For people, as what follows "it": `begins with the magic number of gzip`. */
  readonly why: string;
  /** What else must hold. */
  readonly reads?: (head: Uint8Array) => boolean;
}

/** A line that speaks for a format. */
interface LineSign {
  /** One that does, for the test that every sign reads its own. */
  readonly sample: string;
  readonly why: string;
  readonly reads: (line: string) => boolean;
  /** Set where kindred programs begin with the same line: the header of another format below it settles it. */
  readonly isPreamble?: true;
  /** Set where what stands below may begin with a stamp, as an entry does: it settles the format where no entry stands above. */
  readonly hasStampsBelow?: true;
}

/** How a format is told. The answers are `why`, or null where it is none. */
export type Detector =
  /** By magic bytes, else by the shape of the first bytes, else, when they say nothing, by the name that its maker gives. */
  | {
      readonly by: 'bytes';
      readonly magics: readonly Magic[];
      readonly shape: ((head: Uint8Array, totalBytes: number) => string | null) | null;
      readonly name: ((fileName: string, totalBytes: number) => string | null) | null;
    }
  /** By the root of an XML document; null where the head ends before it. */
  | { readonly by: 'root'; readonly reads: (root: string | null) => string | null }
  /** By the header of a table, which settles it: its rows have no marks of their own. */
  | { readonly by: 'header'; readonly sign: LineSign }
  /** By the stamp of journalctl or syslog in front of each entry, as readJournalPrefix names the format. */
  | { readonly by: 'stamp'; readonly why: string }
  /** By entries, of which the format with the most wins. `beforeStamps`: its lines could be taken for a journal's. */
  | { readonly by: 'entries'; readonly signs: readonly LineSign[]; readonly beforeStamps: boolean }
  /** As a whole, not by votes, once nothing else is told. */
  | {
      readonly by: 'whole';
      readonly reads: (text: string, lines: readonly string[], fileName: string) => string | null;
    };

/**
 * What dates a file's stamps. `itself`: every stamp carries a zone or counts from 1970. `by-zone`: a zone is needed where the
 * file tells none. `by-year`: they have no year. `by-ties`: they are uptime, tied to wall time by any other file. `by-copies`:
 * there are none, other sources have the same entries with theirs. `undated`: what it holds has no time.
 */
export type Dated = 'itself' | 'by-zone' | 'by-year' | 'by-ties' | 'by-copies' | 'undated';

/**
 * Whose clock stamped the entries. `journal`: the journal's, or that of who wrote the same file. `logger`: the service's own,
 * before the journal got the line. `uptime`: time since boot. `copied`: that of the same entry in another source, or a guess.
 */
export type StampedBy = 'journal' | 'logger' | 'uptime' | 'copied';

/** What every row says. */
interface EveryFormat {
  /** How it is saved or what it is called, as README's "What it reads" says it; null for what nobody saves on purpose. */
  readonly savedAs: string | null;
  /** How it is told; null where its own bytes do not tell it. */
  readonly detect: Detector | null;
  readonly dated: Dated;
  /** Whether the zone that it prints is its host's: journalctl and syslog print that, an application's log may be in any. */
  readonly printsHostZone: boolean;
  /** Makes the parser that reads it from its beginning to its end; null where it is read otherwise, or not at all. */
  readonly create: CreateParser | null;
  /**
   * Makes the parser of one record by itself, whose known time is `time`; null where a record means nothing by itself: rows
   * below a header.
   */
  readonly readAgain: ((time: EpochMicros | null) => CreateParser) | null;
}

/** A log: its records are entries, which may stand in several exports. */
export interface LogFormat extends EveryFormat {
  readonly holds: 'log';
  readonly stampedBy: StampedBy;
  /** The lower, the more a file's copy of an entry says; it then stands for the others. */
  readonly copyRank: 0 | 1 | 2 | 3;
  /** Finds the message of a record by its bytes; null where only its parser can. */
  readonly findMessage: FindMessage | null;
  /**
   * Whether records hold each line of their message as it is, but for what stands in front of lines: a text of one line that
   * is not among a record's bytes is then not in its message either.
   */
  readonly isVerbatim: boolean;
  /** Takes the message's bytes out of a record that wraps them, null when it has none; null where nothing wraps them. */
  readonly messageOf: ((record: Uint8Array) => Uint8Array | null) | null;
  /** Whether a whole line begins a record, whatever stands above it, and dates itself; null where none can be sure to. */
  readonly beginsRecord: ((line: string) => boolean) | null;
  /** Bytes of a record that are decoded, where it means nothing without its end; null where its beginning does. */
  readonly wholeRecordBytes: number | null;
  /**
   * Makes what reads a file's plain records again, many times as fast as `readAgain`; null where that is the only way. The layout is
   * the file's where it has one, `offsetMinutes` what its stamps were read by.
   */
  readonly readPlainly: ((layout: LogLayout | null, offsetMinutes: number) => ReadPlainRecord) | null;
  /** Whether records can be read only by the layout of their file: see logs/log-layout.ts. */
  readonly isLaidOut: boolean;
}

/**
 * Something else with a parser of its own: rows of `snapshot`s, what others tell of how processes and containers `end`ed,
 * `settings`, or `notices` about what was saved.
 */
export interface RecordFormat extends EveryFormat {
  readonly holds: 'snapshot' | 'ends' | 'settings' | 'notices';
}

/** What is not read by a parser: `database-part` is what SQLite keeps beside a database, an `archive` holds other files. */
export interface WholeFormat extends EveryFormat {
  readonly holds: 'database' | 'database-part' | 'artifact' | 'archive' | 'nothing';
  readonly create: null;
  readonly readAgain: null;
}

export type Format = LogFormat | RecordFormat | WholeFormat;
