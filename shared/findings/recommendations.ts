import type { FactContext } from '../facts/context.ts';
import { insertReckoning } from '../facts/course-words.ts';
import { importCourse } from '../facts/import-course.ts';
import { memoryUse } from '../facts/process-readings.ts';
import { timeoutPlace } from '../facts/timeout-place.ts';
import { formatBytes, formatSeconds } from '../facts/wording.ts';
import type { Fact, HypothesisResult, Recommendation } from '../model/analysis.ts';
import { pythonBytes } from '../profiling/python-cost.ts';
import { advisedTimeout } from './advised-timeout.ts';
import { verdictOf } from './questions.ts';
import { timeoutPatch } from './timeout-patch.ts';

/** What to change so that it does not happen again; each from the verdict and facts that support it, none without. */
export function recommend(
  context: FactContext,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
): readonly Recommendation[] {
  if (context.record === null) return [];
  const verdict = (id: HypothesisResult['id']) => verdictOf(hypotheses, id)?.verdict ?? 'inconclusive';
  const involved = (id: HypothesisResult['id']): boolean => verdict(id) === 'fits' || verdict(id) === 'contributes';
  const found = (id: string): Fact | undefined => facts.find((fact) => fact.id === id);
  const recommendations: Recommendation[] = [];
  const add = (id: string, text: string, patch: string | null, ...because: readonly (string | undefined)[]): void => {
    recommendations.push({
      id,
      text,
      patch,
      because: because.filter((reason) => reason !== undefined && reason !== '') as string[],
    });
  };
  const large = found('artifact-large');
  const { record } = context;

  if (verdict('database-lock') === 'fits' || verdict('database-lock') === 'contributes') {
    const reason = verdictOf(hypotheses, 'database-lock')?.reason;
    add(
      'shorten-write-transactions',
      'Find the other writer and make its write transactions short: nothing slow (downloads, parsing, requests) between BEGIN and COMMIT, and a commit every few thousand rows.',
      null,
      reason,
    );
    add(
      'busy-timeout-below-worker-timeout',
      `Set SQLite's busy timeout well below the worker timeout${context.config === null ? '' : ` of ${context.config.timeoutSeconds} s`}, so that a held lock becomes an error that the service can log and retry instead of a silent wait that gets it killed.`,
      'conn.execute("PRAGMA busy_timeout = 5000")',
      reason,
    );
    if (context.database?.report.journalMode === 'delete') {
      add(
        'enable-wal',
        'Switch the database to WAL, so that readers and the writer do not shut each other out.',
        'sqlite3 service.db "PRAGMA journal_mode=WAL"',
        found('journal-mode')?.text,
      );
    }
  } else if (verdict('worker-timeout') === 'fits') {
    const need = neededSeconds(context);
    if (need !== null && large !== undefined) recommendations.push(raiseTimeout(context, need, large));
  }
  if (verdict('infinite-loop') === 'fits') {
    add(
      'find-the-loop',
      'Find where it spins: let faulthandler write the stack shortly before the timeout, or take a stack with py-spy the next time; then give the loop a bound. A longer timeout only makes it spin longer.',
      'import faulthandler\nfaulthandler.dump_traceback_later(25, repeat=True)',
      verdictOf(hypotheses, 'infinite-loop')?.reason,
    );
  }
  if (found('ended-while-downloading') !== undefined || found('stuck-in-frame')?.text.includes('network') === true) {
    add(
      'network-timeouts',
      'Give every network call a connect and a read timeout below the worker timeout, and retry in the background.',
      'requests.get(url, timeout=(5, 20))',
      found('stuck-in-frame')?.text ?? found('ended-while-downloading')?.text,
    );
  }
  if (large !== undefined && involved('large-artifact')) {
    const use = memoryUse(context);
    add(
      'stream-the-parse',
      'Parse the artifact as a stream (iterparse with clear(), or expat) instead of building the whole document: memory then stays at some 10 MB whatever its size.',
      'for event, case in ElementTree.iterparse(path):\n    if case.tag == "testcase":\n        handle(case)\n        case.clear()',
      large.text,
      use !== null && use.growthBytes > 100_000_000
        ? `The worker grew by ${formatBytes(use.growthBytes)} while it ran.`
        : undefined,
    );
    add(
      'batch-commits',
      'Insert in batches of a few thousand rows with a commit after each, so that a killed import loses little, the write lock is free in between and progress is visible in the log.',
      null,
      found('open-transaction-of-operation')?.text ?? found('ended-while-inserting')?.text ?? large.text,
    );
    add(
      'import-outside-the-request',
      'Run imports in a background process or queue rather than in a web worker, and log progress as they go: no request should depend on how large a report is.',
      null,
      large.text,
    );
  }
  if (found('disk-full-error') !== undefined) {
    add(
      'free-disk-space',
      'Free space on the filesystem of the database, warn well before it is full, and let an import that runs out of room roll back and say so.',
      'df -h; df -i; du -xh --max-depth=2 / | sort -h | tail -20',
      found('disk-full-error')?.text,
      found('filesystem-full')?.text,
    );
  }
  if (verdict('memory-exhaustion') === 'fits') {
    const need = neededBytes(context);
    add(
      'memory-limit',
      memoryLimitText(context, need) ??
        (need === null
          ? "Give the service the memory it needs, or make it need less: read the kernel's task table for who held it."
          : `Raise the memory limit to at least ${formatBytes(need)} until the parse is streamed: a whole-document parse of this artifact needs about that.`),
      need === null || need <= (context.unit?.memoryMaxBytes?.value ?? 0)
        ? null
        : `[Service]\nMemoryMax=${Math.ceil(need / 2 ** 20)}M`,
      verdictOf(hypotheses, 'memory-exhaustion')?.reason,
      need === null ? undefined : 'ElementTree holds about 3.5 times the file in memory (measured on CPython 3.11).',
      found('unit-settings')?.text,
    );
  }
  if (record.incident.mechanism === 'external-sigkill') {
    add(
      'audit-kills',
      'Have the kernel record who sends SIGKILL, so that the next one has an author.',
      'auditctl -a always,exit -F arch=b64 -S kill -S tgkill -F a1=9 -k sigkill',
      found('sigkill-without-author')?.text,
    );
  }
  if (record.incident.mechanism === 'crash') {
    add(
      'core-dumps',
      'Keep core dumps and read the stack of this one: coredumpctl names the library in which it crashed.',
      'coredumpctl info',
      found('crash')?.text,
    );
  }
  if (record.incident.mechanism === 'systemd-stop') {
    add(
      'stop-timeout',
      "Let TimeoutStopSec= exceed gunicorn's graceful_timeout, and graceful_timeout the longest import, or do not restart the service while one runs.",
      null,
      found('systemd-stop')?.text,
      found('unit-settings')?.text,
    );
  }
  return recommendations;
}

/** Seconds that the operation needs, with the reckoning. Null when the log gives no start. */
function neededSeconds(context: FactContext): { readonly seconds: number; readonly how: string } | null {
  const course = importCourse(context);
  if (course === null) return null;
  const { elapsedSeconds, insert, neededSeconds: needed } = course;
  if (insert === null || needed === null) {
    return {
      seconds: elapsedSeconds,
      how: `the operation had run ${formatSeconds(elapsedSeconds)} and was not done`,
    };
  }
  return { seconds: needed, how: insertReckoning(insert) };
}

function raiseTimeout(
  context: FactContext,
  need: { readonly seconds: number; readonly how: string },
  large: Fact,
): Recommendation {
  const { seconds: timeout, covers } = advisedTimeout(need.seconds);
  return {
    id: 'raise-timeout',
    text: covers
      ? `Until imports run elsewhere, raise the worker timeout to ${timeout} s: half as much again as this import needed.`
      : `Take imports of this size out of the web request: at the rate seen, this one would have needed up to ${formatSeconds(need.seconds)}, which no sensible worker timeout covers; ${timeout} s serve smaller ones until then.`,
    patch: timeoutPatch(timeoutPlace(context), timeout),
    because: [need.how, large.text],
  };
}

/** Memory that a whole-document parse of the artifact takes, with half as much again to spare. */
function neededBytes(context: FactContext): number | null {
  const bytes =
    context.artifact?.report.bytes ??
    context.record?.operation?.lines.find((line) => line.reading.bytes !== null)?.reading.bytes ??
    null;
  return bytes === null ? null : Math.ceil((pythonBytes('element-tree', bytes) * 1.5) / 2 ** 20) * 2 ** 20;
}

/** What to do about a limit that the unit file states; null when no unit file was saved or it states none. */
function memoryLimitText(context: FactContext, need: number | null): string | null {
  const limit = context.unit?.memoryMaxBytes ?? null;
  if (limit === null) return null;
  const stated = `MemoryMax of ${formatBytes(limit.value)} (${limit.from})`;
  if (need === null)
    return `Raise the ${stated}, or make the service need less: read the kernel's task table for who held the memory.`;
  return need > limit.value
    ? `Raise the ${stated} to at least ${formatBytes(need)} until the parse is streamed: a whole-document parse of this artifact needs about that.`
    : `The ${stated} should have been enough for this artifact alone (about ${formatBytes(need)}): it holds for all workers together, so read the kernel's task table for who held the memory.`;
}
