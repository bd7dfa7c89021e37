import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { committedRows, insertRate, lastNews } from '../context/insert-rate.ts';
import { jobInQuestion } from '../context/job-in-question.ts';
import { cpuUse } from '../context/process-readings.ts';
import { insertStep } from '../context/rows-to-write.ts';
import { transactionOwner } from '../context/transaction-owner.ts';
import type { Fact } from '../model/analysis.ts';
import type { DatabaseReport, OpenTransaction } from '../model/database.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import { secondsBetween } from '../model/time.ts';
import { formatBytes, formatCount, formatMoment, formatSeconds, listing, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { databaseStateFacts } from './database-state-facts.ts';

/** What the database's own files and SQLite's own errors say about a lock. */
export function databaseFacts(context: FactContext): readonly Fact[] {
  const facts: Fact[] = [...lockErrors(context)];
  const report = context.database?.report;
  if (report === undefined) return facts;
  facts.push(journalMode(report), ...databaseStateFacts(report, jobInQuestion(context)));
  if (context.record === null) return facts;
  const transaction = report.wal?.openTransaction ?? report.journalTransaction ?? null;
  if (transaction !== null) facts.push(openTransaction(context, report, transaction));
  else if (report.hotJournal) facts.push(hotJournal(report));
  else facts.push(...nothingWritten(context, report));
  if (report.integrity !== null && report.integrity !== 'ok') {
    facts.push({
      id: 'integrity',
      text: `PRAGMA integrity_check of the committed state says: ${report.integrity.slice(0, 300)}`,
      weights: {},
      ...sourceOnly(report.source),
      basis: 'SQLite, PRAGMA integrity_check (https://www.sqlite.org/pragma.html#pragma_integrity_check)',
    });
  }
  return facts;
}

function journalMode(report: DatabaseReport): Fact {
  const wal = report.wal;
  const frames =
    wal === null
      ? ''
      : wal.bytes === 0
        ? '; its -wal is empty'
        : `; its -wal holds ${plural(wal.validFrames, 'valid frame')}, ${formatCount(wal.committedFrames)} of them committed`;
  return {
    id: 'journal-mode',
    text:
      report.journalMode === 'wal'
        ? `The database is in WAL mode${frames}.`
        : 'The database is not in WAL mode: a writer shuts out readers, and readers a committing writer.',
    weights: {},
    ...sourceOnly({ ...report.source, byteOffset: 18, byteLength: 2 }, ...(wal === null ? [] : [wal.source])),
    basis: 'SQLite, Database File Format, section 1.3.3 (https://www.sqlite.org/fileformat2.html)',
  };
}

/** SQLITE_BUSY of this operation; errors of other workers at other times are told apart by pid and window. */
function lockErrors(context: FactContext): readonly Fact[] {
  const errors = context.evidence.events.ofKinds(['database-locked']);
  const { record, window } = context;
  if (record === null || window === null) {
    const first = errors[0];
    return first === undefined
      ? []
      : [
          {
            id: 'lock-error-elsewhere',
            text: `"database is locked" was logged ${errors.length === 1 ? 'once' : `${errors.length} times`}, and no worker was ended.`,
            weights: { 'database-lock': 0.5 },
            ...sourcesOf(...errors.slice(0, 5)),
            basis: BASIS.busyResult,
          },
        ];
  }
  const own = context.ownEvents
    .ofKinds(['database-locked'])
    .filter(
      (event) =>
        event.time >= window.from &&
        event.time <= window.to &&
        (event.pid === null || event.pid === record.incident.pid),
    );
  const first = own[0];
  if (first === undefined) {
    const others = errors.filter((event) => event.time >= window.from && event.time <= window.to);
    const other = others[0];
    if (other === undefined) return lockErrorEarlier(context, errors);
    return [
      {
        id: 'lock-error-of-another',
        text: `Another process (pid ${other.pid ?? '?'}) got "database is locked" while the operation ran: somebody held the write lock for long.`,
        weights: { 'database-lock': context.lastStep?.name === 'insert' ? 0.3 : 0 },
        ...sourcesOf(...others.slice(0, 5)),
        basis: BASIS.busyResult,
      },
    ];
  }
  const wentOn = record.operation?.lines.some(
    (line) =>
      line.event.time > (own.at(-1)?.time ?? 0) &&
      line.event.kind === 'log' &&
      line.reading.role !== 'operation-failed' &&
      line.reading.role !== 'other',
  );
  const fatal = record.failure !== null;
  return [
    {
      id: fatal ? 'lock-error-failed-operation' : wentOn === true ? 'lock-error-survived' : 'lock-error-before-end',
      text: fatal
        ? 'The operation failed with "database is locked": it waited for the write lock longer than its busy timeout.'
        : wentOn === true
          ? 'The operation got "database is locked" on its way and went on afterwards.'
          : 'The operation got "database is locked" shortly before the worker was ended.',
      weights: { 'database-lock': fatal ? 5 : wentOn === true ? 0.5 : 3 },
      ...sourcesOf(...own.slice(0, 5)),
      basis: BASIS.busyResult,
    },
  ];
}

/** How long before it a refusal still says something of a work that began afterwards: who held the lock may hold it again. */
const EARLIER_SECONDS = 300;

/** A refusal shortly before: nothing shows that it is about this work, and nothing that the lock was free by then. */
function lockErrorEarlier({ record, window }: FactContext, errors: readonly EvidenceEvent[]): readonly Fact[] {
  if (record === null || window === null) return [];
  const born = record.death?.life.boot?.time ?? null;
  const before = errors.filter(
    ({ time, pid }) =>
      time < window.from &&
      secondsBetween(time, window.from) <= EARLIER_SECONDS &&
      (born === null || time >= born) &&
      (pid === null || pid === record.incident.pid),
  );
  const last = before.at(-1);
  if (last === undefined) return [];
  const when = last.isUndated === true ? '' : `, the last time at ${formatMoment(last)}`;
  return [
    {
      id: 'lock-error-earlier',
      text: `The service had logged "database is locked" before that${before.length === 1 ? '' : ` (${plural(before.length, 'time')})`}${when}: who held the lock then may have held it again.`,
      weights: { 'database-lock': 0.5 },
      ...sourcesOf(...before.slice(-5)),
      basis: BASIS.busyResult,
    },
  ];
}

/** Frames after the last commit: whose process wrote them held the write lock, and so did not wait for it. */
function openTransaction(context: FactContext, report: DatabaseReport, transaction: OpenTransaction): Fact {
  const touched = transaction.touched
    .filter((entry) => entry.name !== '(unassigned)')
    .slice(0, 4)
    .map((entry) => `${entry.name} (${plural(entry.pages, 'page')})`);
  const trace =
    report.wal?.openTransaction === transaction
      ? `The -wal ends in ${plural(transaction.frames, 'frame')} without a commit`
      : `The rollback journal${report.hotJournal ? ' is hot and' : ', which was not synced yet,'} holds ${plural(transaction.frames, 'page')} of an unfinished transaction`;
  const what = `${trace}: a write transaction was open when the copy was made or its process died${touched.length === 0 ? '' : `, on ${listing(touched)}`}`;
  const owner = transactionOwner(context, transaction);
  const leftover = leftByAnEarlierDeath(context);
  const base = {
    ...sourceOnly(transaction.source, report.source),
    basis: report.wal?.openTransaction === transaction ? BASIS.wal : BASIS.rollbackJournal,
  };
  if (owner === 'this-operation') {
    return {
      id: 'open-transaction-of-operation',
      // Only a process that lived on could have rolled back; SIGKILL leaves it no time.
      text: `${what}. Its rows belong to this operation, so its process held the write lock and was not waiting for it.${context.record?.failure != null ? ' Its worker lived on: it may have rolled back since, which leaves the same bytes.' : ''}`,
      weights: { 'database-lock': context.record?.failure != null ? -4 : -6 },
      decides: { 'database-lock': 'against' },
      ...base,
    };
  }
  if (owner === 'another') {
    return {
      id: 'open-transaction-of-another',
      text: `${what}. It adds nothing to this operation's job, so another process held the write lock${leftover === null ? '' : ' at some time'}. ${leftover ?? 'Were it rolled back after it had spilled, the bytes would be the same.'}`,
      weights: { 'database-lock': leftover === null ? 2.5 : 0.5 },
      ...base,
    };
  }
  const wasWriting = context.lastStep?.name === 'insert';
  return {
    id: 'open-transaction',
    text: `${what}. ${wasWriting ? 'The operation was writing at that moment; whoever writes holds the lock and does not wait for it.' : 'Whose it was cannot be read from its pages.'}${leftover === null ? '' : ` ${leftover}`}`,
    weights: { 'database-lock': leftover !== null ? -0.5 : wasWriting ? -3.5 : -1 },
    ...base,
  };
}

/**
 * Frames without a commit outlive their process until somebody writes over them, and its lock does not. When another worker
 * was ended before the operation began, they may be what that one left; null when no such death is known.
 */
function leftByAnEarlierDeath(context: FactContext): string | null {
  const { record, history, window } = context;
  if (record === null || window === null) return null;
  const earlier = history.deaths.findLast((death) => death !== record.death && death.end.time < window.from);
  if (earlier === undefined) return null;
  return `Worker ${earlier.pid} was ended before this operation began and may have left it: what a dead process wrote stays until somebody writes over it, while its lock ends with it.`;
}

function hotJournal(report: DatabaseReport): Fact {
  return {
    id: 'hot-journal',
    text: 'A hot rollback journal lies beside the database: a write transaction was open when the copy was made or its process died, and that process held the lock.',
    weights: { 'database-lock': -2 },
    ...sourceOnly(report.source),
    basis: BASIS.rollbackJournal,
  };
}

/** The operation was writing, and its files show no trace of a write. */
function nothingWritten(context: FactContext, report: DatabaseReport): readonly Fact[] {
  const step = context.lastStep;
  const open = step !== null && (step.to === null || step.to > (context.workEnd ?? 0));
  if (!open || step.name !== 'insert' || context.record?.failure != null) return [];
  const wal = report.wal;
  const sources = sourceOnly(...(wal === null ? [report.source] : [wal.source, report.source]));
  const going = commitsAsItGoes(context, sources);
  if (going !== null) return [going];
  const used = context.workEnd === null ? null : cpuUse(context, step.from, context.workEnd);
  const isIdle = used?.level === 'idle' && used.state !== 'D';
  const waited =
    used === null || !isIdle
      ? ''
      : ` It used ${formatSeconds(used.cpuSeconds)} of CPU time in ${formatSeconds(used.seconds)} meanwhile: it was waiting for its first write.`;
  if (report.journalMode === 'wal' && wal !== null) {
    return [
      {
        id: 'nothing-written',
        text:
          (wal.bytes === 0
            ? 'The -wal is empty although the operation had begun its database write: it had not written a single page.'
            : `The -wal holds no open transaction (${formatBytes(wal.bytes)}, all committed or stale) although the operation had begun its database write: it had not written a page that was not committed.`) +
          waited,
        // One that computes has not come to its write yet: it waits for nothing.
        weights: { 'database-lock': used?.level === 'busy' ? 0.5 : 2 },
        ...sources,
        basis: BASIS.wal,
      },
    ];
  }
  if (report.journalMode === 'delete' && report.journalEvidenceId === null) {
    return [
      {
        id: 'nothing-written',
        text:
          'No rollback journal lies beside the database although the operation had begun its database write: no write transaction had changed a page, as far as the copy shows.' +
          waited,
        weights: { 'database-lock': 1 },
        ...sources,
        basis: BASIS.rollbackJournal,
      },
    ];
  }
  return [];
}

/** Share of an insert within which a word of its progress shows that it was still getting on. */
const RECENT_SHARE = 0.25;

/** Rows of this job are in the database for good, or the log counts them: it had come to its write long before. */
function commitsAsItGoes(
  context: FactContext,
  sources: { readonly sources: readonly Provenance[]; readonly rows: readonly number[] },
): Fact | null {
  const step = insertStep(context);
  const { record, workEnd } = context;
  if (step === null || workEnd === null) return null;
  const committed = committedRows(context);
  const counted = (record?.operation?.lines ?? []).filter(
    ({ reading, event }) =>
      reading.role === 'progress' && reading.step === 'insert' && event.time >= step.from && event.time <= workEnd,
  );
  const told = lastNews(context, counted);
  if (committed === 0 && told === null) return null;
  // "attempt 3 of 20" counts as "batch 3 of 20" does: what is not counted in rows is progress only of a worker that works.
  const isOfRows = committed > 0 || insertRate(context)?.from === 'progress-line';
  const used = cpuUse(context, step.from, workEnd);
  if (!isOfRows && used?.level === 'idle' && used.state !== 'D') return null;
  const lag = told === null || told.event.isUndated === true ? null : secondsBetween(told.event.time, workEnd);
  const isRecent = lag !== null && step.isTimed && lag <= RECENT_SHARE * secondsBetween(step.from, workEnd);
  const isRefused = record?.operation?.lines.some(({ event }) => event.kind === 'database-locked') === true;
  return {
    id: 'commits-as-it-goes',
    text: `The import commits as it goes${committed === 0 ? '' : `: ${plural(committed, 'row')} of its job stand in the database for good`}${told === null ? '' : `${committed === 0 ? ':' : ', and'} its log told of progress${lag === null ? '' : ` ${formatSeconds(lag)} before the end`}`}. An empty transaction at the end says nothing of a wait.`,
    weights: { 'database-lock': isRefused ? 0 : isRecent ? -3 : -0.5 },
    ...(isRecent && isOfRows && !isRefused ? { decides: { 'database-lock': 'against' as const } } : {}),
    sources: told === null ? sources.sources : [told.event.source, ...sources.sources],
    rows: told === null ? [] : [told.event.row],
    basis: `${BASIS.wal}; ${BASIS.log}`,
  };
}
