import type { ServerSession, ServerSessionWait } from '../model/server-session.ts';
import { addSeconds, type EpochMicros, secondsBetween } from '../model/time.ts';
import { oncePerContext } from './context.ts';

/** A session of a database server that is seen to wait for a lock. */
export interface SessionWait {
  readonly session: ServerSession & { readonly wait: ServerSessionWait };
  /** The session that it waits for: as the view names it, or as the only other one that holds locks; null where neither tells. */
  readonly holder: { readonly id: number; readonly session: ServerSession | null; readonly isNamed: boolean } | null;
  /**
   * What ties it to the operation: it runs the statement that the worker logged last (`statement`), or its wait began when the
   * worker fell silent (`moment`); null where nothing does.
   */
  readonly tie: 'statement' | 'moment' | null;
  /** Whether it was looked at while the operation ran; false where nothing dates the look. */
  readonly isThen: boolean;
  /** The worker's last words, where they are the tie. */
  readonly lastWords: { readonly text: string; readonly time: EpochMicros } | null;
}

/** Between the last words of a worker and the statement that it waits in lies the way to the server. */
const FELL_SILENT_SECONDS = 3;
/** How far beyond the operation a look still shows it. */
const SLACK_SECONDS = 5;
/** A statement of fewer characters may be anybody's: `COMMIT`, `SELECT 1`. */
const LEAST_STATEMENT = 16;
const STATEMENT =
  /\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|ALTER|CREATE|DROP|TRUNCATE|LOCK|CALL|WITH|COPY)\b[\s\S]*/i;

/** The waits for locks that the views of a database server show of the time of the operation, those that are its own first. */
export const sessionWaits = oncePerContext(({ evidence, window, record, workEnd }): readonly SessionWait[] => {
  const sessions = evidence.host?.sessions ?? [];
  if (window === null || sessions.length === 0) return [];
  const from = addSeconds(window.from, -SLACK_SECONDS);
  const to = addSeconds(window.to, SLACK_SECONDS);
  const said = record?.operation?.lines.findLast(({ event }) => workEnd === null || event.time <= workEnd) ?? null;
  const last = said === null ? null : { text: said.text, time: said.event.time };
  const logged = last === null ? null : plain(STATEMENT.exec(last.text)?.[0] ?? '');
  const found = sessions.flatMap((session): SessionWait[] => {
    const { wait, time } = session;
    if (wait === null || (time !== null && (time < from || time > to))) return [];
    // What had been waited for before the operation began is another's.
    if (wait.since !== null && wait.since < from && time === null) return [];
    const statement = plain(session.statement ?? '');
    const isSame =
      logged !== null &&
      Math.min(logged.length, statement.length) >= LEAST_STATEMENT &&
      (statement.startsWith(logged) || logged.startsWith(statement));
    const isMoment =
      last !== null && wait.since !== null && Math.abs(secondsBetween(last.time, wait.since)) <= FELL_SILENT_SECONDS;
    const tie = isSame ? 'statement' : isMoment ? 'moment' : null;
    return [
      {
        session: { ...session, wait },
        holder: holderOf(session, wait, sessions),
        tie,
        isThen: time !== null || (wait.since !== null && wait.since <= to),
        lastWords: tie === null ? null : last,
      },
    ];
  });
  const rank = ({ tie, isThen }: SessionWait): number => (tie === null ? 0 : 2) + Number(isThen);
  return found.toSorted((a, b) => rank(b) - rank(a));
});

/** Statements are logged in one line, and with their values or without. */
const plain = (statement: string): string =>
  statement.replaceAll(/\s+/g, ' ').replace(/;? *$/, '').trim().toLowerCase();

function holderOf(
  waiting: ServerSession,
  wait: ServerSessionWait,
  sessions: readonly ServerSession[],
): SessionWait['holder'] {
  const looked = sessions.filter(
    (other) =>
      other.source.evidenceId === waiting.source.evidenceId && other.time === waiting.time && other !== waiting,
  );
  // Who waits itself holds up only what stands behind it: the first that does not wait is at the head of the queue.
  const isFree = (id: number): boolean => looked.find((other) => other.id === id)?.wait === null;
  const id = wait.blockers.find(isFree) ?? wait.blockers[0];
  if (id !== undefined) return { id, session: looked.find((other) => other.id === id) ?? null, isNamed: true };
  const holding = looked.filter((other) => other.holdsLocks === true && other.wait === null);
  const [only] = holding;
  return only === undefined || holding.length > 1 ? null : { id: only.id, session: only, isNamed: false };
}
