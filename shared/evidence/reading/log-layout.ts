/**
 * How a file's headers are to be understood where one line alone leaves it open; learnt from the beginning of the file (see
 * headers/header-habits.ts). Without a file every line is
 * read by itself.
 */
export interface HeaderHabits {
  /** `INFO [23333] Importing`: the number is the process, not part of the text. */
  readonly numberIsPid: boolean;
  /** `INFO 8 tracking Looking up parcel 14`: so is one without brackets. */
  readonly bareNumberIsPid: boolean;
  /** `INFO importer Importing job 14`: the lone word is the logger. */
  readonly wordIsLogger: boolean;
  /** `INFO importer: Importing job 14`: the word before the colon is the logger. */
  readonly colonEndsLogger: boolean;
  /** `importer INFO Importing job 14`: the lone word with which lines begin is the logger. */
  readonly nameBegins: boolean;
  /** `I importer: Importing job 14`: the letter with which lines begin is the level. */
  readonly letterBegins: boolean;
  /** Which of two numbers is the day in `09/06/2022`; null where the file does not show it. */
  readonly dateOrder: 'day-first' | 'month-first' | null;
  /**
   * What stands at a place behind the level, by the fields before it and the signs around it (see headers/field-candidate.ts):
   * whether it is one more field, as the same few values there show, or begins the text. Of other places one line alone tells.
   */
  readonly fields: ReadonlyMap<string, boolean>;
}

/** Which columns of a table of log lines say what; -1: none does. */
export interface Columns {
  readonly separator: ',' | ';' | '\t';
  readonly message: number;
  readonly time: number;
  readonly who: readonly number[];
  readonly host: number;
  readonly level: number;
  /** Lines up to and with the names of the columns. */
  readonly headLines: number;
}

/**
 * How the lines of a log are made up, as far as one line alone does not show it. It follows from the first bytes of a file, so
 * that whoever reads one record again finds the same.
 */
export interface LogLayout {
  /** Names of the loose carriers that the file's lines are wrapped in: see carriers/peel.ts. */
  readonly carriers: ReadonlySet<string>;
  readonly habits: HeaderHabits;
  /** Whether records are lines, JSON values that may span lines, or rows of a table with these columns. */
  readonly records: 'lines' | 'json' | Columns;
  /** Whether its lines run from the newest to the oldest, those of one record as well: see logs/newest-first.ts. */
  readonly isNewestFirst: boolean;
}
