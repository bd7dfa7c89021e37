import type { HeaderHabits } from '../reading/log-layout.ts';
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

export const USUAL_HABITS: HeaderHabits = {
  numberIsPid: true,
  bareNumberIsPid: false,
  wordIsLogger: true,
  colonEndsLogger: true,
  nameBegins: false,
  letterBegins: false,
  dateOrder: null,
  fields: new Map(),
};
