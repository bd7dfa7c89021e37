import type { InnerLevel } from './levels.ts';
import type { LooseStamp } from './loose-stamp.ts';

/** What a logger put before the text of a message, field by field. */
export interface LogHeader {
  /** `gunicorn`: the bracket header of gunicorn's loggers; `python`: any other logger's. */
  readonly style: 'gunicorn' | 'python';
  /** How it is written: in front of the text, or around it as named fields. */
  readonly form: 'text' | 'json' | 'logfmt';
  /** The time as printed, with its zone where it has one; null when the header has no time. */
  readonly timeText: string | null;
  readonly stamp: LooseStamp | null;
  readonly pid: number | null;
  readonly level: InnerLevel | null;
  readonly logger: string | null;
  /** The thread's name, where it is not the main one. */
  readonly thread: string | null;
  /** Where in the program: `import_service:run:33`, `views.py:120`. */
  readonly place: string | null;
  /** Named values beside the text, as structlog, logfmt and JSON loggers print them, as text; null where there are none. */
  readonly fields: ReadonlyMap<string, string> | null;
  /** The message without the header, all lines. */
  readonly text: string;
}

/**
 * How a file's headers are to be understood where one line alone leaves it open; learnt from the beginning of the file (see
 * header-habits.ts). Each is true unless the file shows otherwise.
 */
export interface HeaderHabits {
  /** `INFO [23333] Importing`: the number is the process, not part of the text. */
  readonly numberIsPid: boolean;
  /** `INFO importer Importing job 14`: the lone word is the logger. */
  readonly wordIsLogger: boolean;
  /** `INFO importer: Importing job 14`: the word before the colon is the logger. */
  readonly colonEndsLogger: boolean;
}

export const USUAL_HABITS: HeaderHabits = { numberIsPid: true, wordIsLogger: true, colonEndsLogger: true };
