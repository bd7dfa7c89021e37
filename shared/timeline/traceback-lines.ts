import { splitInnerHeader } from '../evidence/wording/inner-header.ts';

/** Lines of one traceback that are looked for; recursion shortens itself (`[Previous line repeated 995 more times]`). */
export const TRACEBACK_LIMIT_LINES = 2_000;

// Traceback (most recent call last):         Source: Lib/traceback.py
const HEAD = /^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):/;
//   + Exception Group Traceback (most recent call last):        All lines of a group are indented, its last ones too.
const GROUP_HEAD = /^\s*\+ Exception Group /;
// sqlite3.OperationalError: database is locked        KeyError: 'x'        SystemExit: 1        KeyboardInterrupt
const EXCEPTION = /^[A-Za-z_][\w.]{0,200}(?::(?: |$)|$)/;
const CHAINED: ReadonlySet<string> = new Set([
  'During handling of the above exception, another exception occurred:',
  'The above exception was the direct cause of the following exception:',
]);
// [SQL: INSERT INTO results ...]   [parameters: (14,)]   (Background on this error at: https://sqlalche.me/e/20/e3q8)
// Further lines of an exception's text are free; these are SQLAlchemy's (StatementError._message), which every service with it has.
const EXCEPTION_GOES_ON = /^(?:\[SQL: |\[parameters: |\(Background on this error at: )/;

/**
 * Tells which of the lines that one process wrote one after the other make up a traceback. journald makes an entry of every
 * line of standard error and leaves empty ones out, so a traceback reaches it as many entries, and those of other processes
 * lie between.
 *
 * The text of an exception may go on over several lines that nothing marks; but for SQLAlchemy's they are left out rather than
 * taken from what follows.
 */
export class TracebackLines {
  #state: 'frames' | 'told' | 'chained' | 'ended' = 'frames';
  #isGroup: boolean;

  /** `head` is the message in which the traceback begins, which may hold more of its lines or all of them. */
  constructor(head: string) {
    const lines = head.split('\n', TRACEBACK_LIMIT_LINES);
    const first = lines.findIndex((line) => HEAD.test(line));
    this.#isGroup = GROUP_HEAD.test(lines[first] ?? '');
    if (first < 0) this.#state = 'ended';
    for (const line of lines.slice(first + 1)) if (!this.#take(line)) this.#state = 'ended';
  }

  /** Whether the next message of the same process and source belongs to it. Once one does not, none does. */
  accepts(message: string): boolean {
    if (this.#state === 'ended') return false;
    // A new log entry, whatever it says.
    const isWhole = splitInnerHeader(message) === null && message.split('\n').every((line) => this.#take(line));
    if (!isWhole) this.#state = 'ended';
    return isWhole;
  }

  #take(line: string): boolean {
    if (line.trim() === '') return true;
    switch (this.#state) {
      case 'frames':
        if (/^\s/.test(line)) return true;
        if (this.#isGroup || !EXCEPTION.test(line)) return false;
        this.#state = 'told';
        return true;
      case 'told':
        if (EXCEPTION_GOES_ON.test(line)) return true;
        if (!CHAINED.has(line.trim())) return false;
        this.#state = 'chained';
        return true;
      case 'chained':
        if (!HEAD.test(line)) return false;
        this.#isGroup = GROUP_HEAD.test(line);
        this.#state = 'frames';
        return true;
      case 'ended':
        return false;
    }
  }
}
