import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { committedRows, insertRate, lastNews } from '../context/insert-rate.ts';
import { jobInQuestion } from '../context/job-in-question.ts';
import { cpuUse } from '../context/process-readings.ts';
import { insertStep } from '../context/rows-to-write.ts';
import { transactionOwner } from '../context/transaction-owner.ts';
import type { DatabaseReport, OpenTransaction } from '../model/database.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import { secondsBetween } from '../model/time.ts';
import { formatBytes, formatCount, formatMoment, formatSeconds, listing, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { DATABASE_STATE_RULES, databaseStateFacts } from './database-state-facts.ts';
import { type FactOf, family, rule } from './rule.ts';

const integrity = rule({
  id: 'integrity',
  needs: ['database'],
  basis: 'SQLite, PRAGMA integrity_check (https://www.sqlite.org/pragma.html#pragma_integrity_check)',
});

/** What the database's own files and SQLite's own errors say about a lock. */
function databaseFacts(context: FactContext): readonly DatabaseFact[] {
  const facts: DatabaseFact[] = [...lockErrors(context)];
  const report = context.database?.report;
  if (report === undefined) return facts;
  facts.push(modeOfJournal(report), ...databaseStateFacts(report, jobInQuestion(context)));
  if (context.record === null) return facts;
  const transaction = report.wal?.openTransaction ?? report.journalTransaction ?? null;
  if (transaction !== null) facts.push(transactionLeft(context, report, transaction));
  else if (report.hotJournal) facts.push(journalLeft(report));
  else facts.push(...writeNotBegun(context, report));
  if (report.integrity !== null && report.integrity !== 'ok') {
    facts.push(
      integrity.fact({
        text: `PRAGMA integrity_check of the committed state says: ${report.integrity.slice(0, 300)}`,
        ...sourceOnly(report.source),
      }),
    );
  }
  return facts;
}

const journalMode = rule({
  id: 'journal-mode',
  needs: ['database'],
  basis: 'SQLite, Database File Format, section 1.3.3 (https://www.sqlite.org/fileformat2.html)',
});

function modeOfJournal(report: DatabaseReport): DatabaseFact {
  const wal = report.wal;
  const frames =
    wal === null
      ? ''
      : wal.bytes === 0
        ? '; its -wal is empty'
        : `; its -wal holds ${plural(wal.validFrames, 'valid frame')}, ${formatCount(wal.committedFrames)} of them committed`;
  return journalMode.fact({
    text:
      report.journalMode === 'wal'
        ? `The database is in WAL mode${frames}.`
        : 'The database is not in WAL mode: a writer shuts out readers, and readers a committing writer.',
    ...sourceOnly({ ...report.source, byteOffset: 18, byteLength: 2 }, ...(wal === null ? [] : [wal.source])),
  });
}

const lockErrorOfAnother = rule({
  id: 'lock-error-of-another',
  needs: ['service-log'],
  basis: BASIS.busyResult,
  cases: {
    writing: { when: 'the last step of the log is a write to the database', weights: { 'database-lock': 0.3 } },
  },
});

const lockErrorFailedOperation = rule({
  id: 'lock-error-failed-operation',
  needs: ['service-log'],
  basis: BASIS.busyResult,
  weights: { 'database-lock': 5 },
});

const lockErrorSurvived = rule({
  id: 'lock-error-survived',
  needs: ['service-log'],
  basis: BASIS.busyResult,
  weights: { 'database-lock': 0.5 },
});

/** One refusal may have been survived without a word; who is refused again and again up to its end was waiting then. */
const REFUSED_AGAIN = 3;

const lockErrorBeforeEnd = rule({
  id: 'lock-error-before-end',
  needs: ['service-log'],
  basis: BASIS.busyResult,
  cases: {
    once: { when: 'it came once or twice', weights: { 'database-lock': 3 } },
    again: {
      when: 'it came three times or more',
      weights: { 'database-lock': 5 },
      decides: { 'database-lock': 'for' },
    },
  },
});

/** SQLITE_BUSY of this operation; errors of other workers at other times are told apart by pid and window. */
function lockErrors(context: FactContext): readonly DatabaseFact[] {
  const errors = context.evidence.events.ofKinds(['database-locked']);
  const { record, window } = context;
  if (record === null || window === null) return [];
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
    if (other === undefined) return refusedEarlier(context, errors);
    return [
      lockErrorOfAnother.fact({
        case: context.lastStep?.name === 'insert' ? 'writing' : [],
        text: `Another process${other.pid === null ? '' : ` (pid ${other.pid})`} got "database is locked" while the operation ran, so the write lock was held for long.`,
        ...sourcesOf(...others.slice(0, 5)),
      }),
    ];
  }
  const wentOn = record.operation?.lines.some(
    (line) =>
      line.event.time > (own.at(-1)?.time ?? 0) &&
      line.event.kind === 'log' &&
      line.reading.role !== 'operation-failed' &&
      line.reading.role !== 'other',
  );
  const sources = sourcesOf(...own.slice(0, 5));
  if (record.failure !== null) {
    return [
      lockErrorFailedOperation.fact({
        text: 'The operation failed with "database is locked": it waited for the write lock longer than its busy timeout.',
        ...sources,
      }),
    ];
  }
  return [
    wentOn === true
      ? lockErrorSurvived.fact({
          text: 'The operation got "database is locked" on its way and went on afterwards.',
          ...sources,
        })
      : lockErrorBeforeEnd.fact({
          case: own.length >= REFUSED_AGAIN ? 'again' : 'once',
          text: `The operation got "database is locked"${own.length < 2 ? '' : ` ${own.length} times, the last time`} shortly before the worker was killed.`,
          ...sources,
        }),
  ];
}
/** How long before it a refusal still says something of a work that began afterwards: who held the lock may hold it again. */
const EARLIER_SECONDS = 300;

const lockErrorEarlier = rule({
  id: 'lock-error-earlier',
  needs: ['service-log'],
  basis: BASIS.busyResult,
  weights: { 'database-lock': 0.5 },
});

/** A refusal shortly before: nothing shows that it is about this work, and nothing that the lock was free by then. */
function refusedEarlier({ record, window }: FactContext, errors: readonly EvidenceEvent[]): readonly DatabaseFact[] {
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
    lockErrorEarlier.fact({
      text: `The service had logged "database is locked" before that${before.length === 1 ? '' : ` (${plural(before.length, 'time')})`}${when}: who held the lock then may have held it again.`,
      ...sourcesOf(...before.slice(-5)),
    }),
  ];
}

/** Where the transaction was found, besides the rollback journal. */
const IN_WAL = { when: 'it stands in the -wal', basis: BASIS.wal } as const;
/** It may be what a dead process left. */
const LEFT_OVER = 'another worker was ended before the operation began';

const openTransactionOfOperation = rule({
  id: 'open-transaction-of-operation',
  needs: ['database', 'service-log'],
  basis: BASIS.rollbackJournal,
  decides: { 'database-lock': 'against' },
  cases: {
    inWal: IN_WAL,
    killed: { when: 'its process did not outlive it', weights: { 'database-lock': -6 } },
    // Only a process that lived on could have rolled back; SIGKILL leaves it no time.
    livedOn: { when: 'the operation failed and its worker lived on', weights: { 'database-lock': -4 } },
  },
});

const openTransactionOfAnother = rule({
  id: 'open-transaction-of-another',
  needs: ['database', 'service-log'],
  basis: BASIS.rollbackJournal,
  cases: {
    inWal: IN_WAL,
    alone: { when: 'no other worker was ended before the operation began', weights: { 'database-lock': 2.5 } },
    leftOver: { when: LEFT_OVER, weights: { 'database-lock': 0.5 } },
  },
});

const openTransaction = rule({
  id: 'open-transaction',
  needs: ['database', 'service-log'],
  basis: BASIS.rollbackJournal,
  cases: {
    inWal: IN_WAL,
    leftOver: { when: LEFT_OVER, weights: { 'database-lock': -0.5 } },
    // Its own is likelier than another's, and only one of the two shows that it did not wait.
    written: {
      when: 'none was, and it stands in the -wal or in a journal that is hot',
      weights: { 'database-lock': -1 },
    },
    // Before SQLite syncs its journal it waits until the last reader has gone. Source: SQLite, pager.c, syncJournal
    unsynced: { when: 'none was, and its journal was not synced: it may itself have waited for readers' },
  },
});

/** Frames after the last commit: whose process wrote them held the write lock, and so did not wait for it. */
function transactionLeft(context: FactContext, report: DatabaseReport, transaction: OpenTransaction): DatabaseFact {
  const touched = transaction.touched
    .filter((entry) => entry.name !== '(unassigned)')
    .slice(0, 4)
    .map((entry) => `${entry.name} (${plural(entry.pages, 'page')})`);
  const trace =
    report.wal?.openTransaction === transaction
      ? `The WAL ends in ${plural(transaction.frames, 'uncommitted frame')}`
      : `The rollback journal${report.hotJournal ? ' is hot and' : ', which was not synced yet,'} holds ${plural(transaction.frames, 'page')} of an unfinished transaction`;
  const where = touched.length === 0 ? '' : `, in ${listing(touched)}`;
  const what = `${trace}${where}: a write transaction was open when the copy was made or its process died`;
  const owner = transactionOwner(context, transaction);
  const leftover = leftByAnEarlierDeath(context);
  const place: readonly 'inWal'[] = report.wal?.openTransaction === transaction ? ['inWal'] : [];
  const base = sourceOnly(transaction.source, report.source);
  if (owner === 'this-operation') {
    return openTransactionOfOperation.fact({
      case: [...place, context.record?.failure != null ? 'livedOn' : 'killed'],
      text: `This worker held the write lock and was not waiting for it: ${trace.replace(/^The /, 'the ')}${where}, with rows of this operation. A write transaction was open when the copy was made or its process died.${context.record?.failure != null ? ' The worker lived on and may have rolled back since, which leaves the same bytes.' : ''}`,
      ...base,
    });
  }
  if (owner === 'another') {
    return openTransactionOfAnother.fact({
      case: [...place, leftover === null ? 'alone' : 'leftOver'],
      text: `Another process held the write lock${leftover === null ? '' : ' at some time'}: ${trace.replace(/^The /, 'the ')}${where}, which add nothing to this operation's job. A write transaction was open when the copy was made or its process died. ${leftover ?? 'A transaction that was rolled back after it had spilled leaves the same bytes.'}`,
      ...base,
    });
  }
  const wasWriting = context.lastStep?.name === 'insert';
  const isUnsynced = report.journalTransaction === transaction && !report.hotJournal;
  return openTransaction.fact({
    case: [...place, leftover !== null ? 'leftOver' : isUnsynced ? 'unsynced' : 'written'],
    text: `${what}. ${isUnsynced ? 'Whose it was cannot be read, for none of its rows had reached the database; before that its process waits for the last reader to go.' : `Whose it was cannot be read from its pages${wasWriting ? ', and the operation was writing at that moment' : ''}.`}${leftover === null ? '' : ` ${leftover}`}`,
    ...base,
  });
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
  return `Worker ${earlier.pid} was killed before this operation began and may have left it: such frames stay until they are overwritten, while the lock ends with its process.`;
}

const hotJournal = rule({
  id: 'hot-journal',
  needs: ['database'],
  basis: BASIS.rollbackJournal,
  weights: { 'database-lock': -1 },
});

function journalLeft(report: DatabaseReport): DatabaseFact {
  return hotJournal.fact({
    text: 'A hot rollback journal lies beside the database: a write transaction was open when the copy was made or its process died, and that process held the lock.',
    ...sourceOnly(report.source),
  });
}

const nothingWritten = rule({
  id: 'nothing-written',
  needs: ['database', 'service-log'],
  basis: BASIS.rollbackJournal,
  cases: {
    wal: { when: 'the database is in WAL mode', basis: BASIS.wal, weights: { 'database-lock': 2 } },
    // One that computes has not come to its write yet: it waits for nothing.
    computing: {
      when: 'it is, and the worker was computing meanwhile',
      basis: BASIS.wal,
      weights: { 'database-lock': 0.5 },
    },
    rollback: { when: 'it is in rollback mode', weights: { 'database-lock': 1 } },
  },
});

/** The operation was writing, and its files show no trace of a write. */
function writeNotBegun(context: FactContext, report: DatabaseReport): readonly DatabaseFact[] {
  const step = context.lastStep;
  const open = step !== null && (step.to === null || step.to > (context.workEnd ?? 0));
  if (!open || step.name !== 'insert' || context.record?.failure != null) return [];
  const wal = report.wal;
  const sources = sourceOnly(...(wal === null ? [report.source] : [wal.source, report.source]));
  const going = committing(context, sources);
  if (going !== null) return [going];
  const used = context.workEnd === null ? null : cpuUse(context, step.from, context.workEnd);
  const isIdle = used?.level === 'idle' && used.state !== 'D';
  const waited =
    used === null || !isIdle
      ? ''
      : ` It used ${formatSeconds(used.cpuSeconds)} of CPU time in ${formatSeconds(used.seconds)} meanwhile: it was waiting for its first write.`;
  if (report.journalMode === 'wal' && wal !== null) {
    return [
      nothingWritten.fact({
        case: used?.level === 'busy' ? 'computing' : 'wal',
        text:
          (wal.bytes === 0
            ? 'The -wal is empty although the operation had begun its database write: it had not written a single page.'
            : `The -wal holds no open transaction (${formatBytes(wal.bytes)}, all committed or stale) although the operation had begun its database write: it had not written a page that was not committed.`) +
          waited,
        ...sources,
      }),
    ];
  }
  if (report.journalMode === 'delete' && report.journalEvidenceId === null) {
    return [
      nothingWritten.fact({
        case: 'rollback',
        text:
          'No rollback journal lies beside the database although the operation had begun its database write: no write transaction had changed a page, as far as the copy shows.' +
          waited,
        ...sources,
      }),
    ];
  }
  return [];
}

/** Share of an insert within which a word of its progress shows that it was still getting on. */
const RECENT_SHARE = 0.25;

const commitsAsItGoes = rule({
  id: 'commits-as-it-goes',
  needs: ['database', 'service-log'],
  basis: `${BASIS.wal}; ${BASIS.log}`,
  cases: {
    recentRows: {
      when: 'rows were counted in the last quarter of the insert, and no lock was refused to it',
      weights: { 'database-lock': -3 },
      decides: { 'database-lock': 'against' },
    },
    recent: {
      when: 'progress in something else than rows was told in that quarter, and no lock was refused to it',
      weights: { 'database-lock': -3 },
    },
    earlier: {
      when: 'the last progress was before that, and no lock was refused to it',
      weights: { 'database-lock': -0.5 },
    },
  },
});

/** Rows of this job are in the database for good, or the log counts them: it had come to its write long before. */
function committing(
  context: FactContext,
  sources: { readonly sources: readonly Provenance[]; readonly rows: readonly number[] },
): DatabaseFact | null {
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
  return commitsAsItGoes.fact({
    case: isRefused ? [] : !isRecent ? 'earlier' : isOfRows ? 'recentRows' : 'recent',
    text: `The import commits as it goes${committed === 0 ? '' : `: ${plural(committed, 'row')} of its job are committed`}${told === null ? '' : `${committed === 0 ? ':' : ', and'} its log showed progress${lag === null ? '' : ` ${formatSeconds(lag)} before the end`}`}. An empty transaction at the end says nothing of a wait.`,
    sources: told === null ? sources.sources : [told.event.source, ...sources.sources],
    rows: told === null ? [] : [told.event.row],
  });
}

const DATABASE_RULES = [
  ...DATABASE_STATE_RULES,
  integrity,
  journalMode,
  lockErrorOfAnother,
  lockErrorFailedOperation,
  lockErrorSurvived,
  lockErrorBeforeEnd,
  lockErrorEarlier,
  openTransactionOfOperation,
  openTransactionOfAnother,
  openTransaction,
  hotJournal,
  nothingWritten,
  commitsAsItGoes,
] as const;
type DatabaseFact = FactOf<typeof DATABASE_RULES>;

export const databaseFamily = family({
  name: 'database',
  about:
    'What the files of the database and the errors of SQLite say about a lock, and what else stands in those files.',
  rules: DATABASE_RULES,
  find: databaseFacts,
});
