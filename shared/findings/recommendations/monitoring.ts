import type { FactContext } from '../../context/context.ts';
import { oomReport } from '../../context/oom-report.ts';
import { memoryUse } from '../../context/process-readings.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { shellWord } from '../../model/shell.ts';
import { secondsBetween } from '../../model/time.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { victim } from '../victim.ts';
import { type Advice, type AdviceFamily, detect, isInvolved, python, shell, verdictFor } from './advice.ts';
import { filesConcerned } from './files-concerned.ts';

/** A step that says nothing for so long leaves nobody the wiser. */
const SILENT_SECONDS = 10;

/** What to log and to warn of, where this incident was hard to read or went unnoticed for want of it. */
export const monitoringAdvice: AdviceFamily = (advice) => {
  if (advice.context.record?.death == null) return [];
  return [...progressLogging(advice), ...memoryLogging(advice), ...hostRecords(advice), ...alerts(advice)];
};

function progressLogging(advice: Advice): readonly Recommendation[] {
  const { context } = advice;
  const { lastStep, workEnd } = context;
  if (lastStep === null || workEnd === null || !lastStep.isTimed) return [];
  const silent = secondsBetween(lastStep.from, workEnd);
  const spoke = context.record?.operation?.lines.some(
    ({ event, reading }) => reading.role === 'progress' && event.time >= lastStep.from,
  );
  if (silent < SILENT_SECONDS || spoke === true || isInvolved(advice, 'infinite-loop')) return [];
  return [
    detect('log-progress', {
      text: `Log progress every few thousand records${filesConcerned(advice)}, with count and time, so that slow work can be told from a hang.`,
      patch: python(
        'if count % 5000 == 0:\n    logger.info("%s: %d of %d records, %.1f s", step, count, total, time.monotonic() - started)',
      ),
      because: [
        `Nothing is logged in the ${formatSeconds(silent)} between "${lastStep.startLine.text.slice(0, 120)}" and the end of the work.`,
      ],
    }),
  ];
}

/** Whether memory is a cause, or a SIGKILL leaves it open; a timeout alone is no sign of it. */
function isSuspect(advice: Advice): boolean {
  if (isInvolved(advice, 'memory-exhaustion')) return true;
  const isOpen = verdictFor(advice, 'memory-exhaustion') === 'inconclusive';
  return isOpen && advice.context.record?.incident.mechanism === 'external-sigkill';
}

/** Memory in the log of the service, where memory is a suspect and nothing shows what the worker held. */
function memoryLogging(advice: Advice): readonly Recommendation[] {
  if (memoryUse(advice.context) !== null || !isSuspect(advice)) return [];
  // What another process took is in no log of the service.
  const { context } = advice;
  const top = oomReport(context)?.holders[0];
  if (context.record !== null && victim(context, context.record) === 'other') return [];
  if (top !== undefined && top.pid !== context.record?.death?.pid && oomReport(context)?.scope === 'host') return [];
  return [
    detect('log-memory', {
      text: 'Log the peak memory of the worker after every step.',
      patch: python(
        'import resource\nlogger.info("peak memory: %d MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)',
      ),
      because: ['Nothing in the evidence shows how much memory the worker held.'],
    }),
  ];
}

/** What the host records of itself, where a verdict hung on it and nothing was recorded. Source: sysstat(5), sar(1) */
function hostRecords(advice: Advice): readonly Recommendation[] {
  const { context } = advice;
  const isRecorded = context.vmstatSamples.length > 0 || context.evidence.hostMemory.length > 0;
  // A container has no such record of its own.
  const isPlatform = context.record?.death?.killer?.kind === 'platform-oom';
  if (!isSuspect(advice) || isRecorded || isPlatform || context.record?.place !== null) return [];
  return [
    detect('record-the-host', {
      text: 'Have the host record its memory, disk and CPU: with sysstat running, sar shows them for any minute of the past days.',
      patch: shell('apt-get install sysstat && systemctl enable --now sysstat   # Red Hat: dnf install sysstat'),
      because: ['No measurement of the host covers the incident.'],
    }),
  ];
}

/** What the mechanism logs each time, in words that stay the same (arbiter.py, mm/oom_kill.c, systemd). */
const WORDS: Readonly<Partial<Record<string, string>>> = {
  'gunicorn-timeout': 'WORKER TIMEOUT',
  'kernel-oom': 'Killed process',
  'systemd-oomd': 'due to memory pressure',
  'systemd-stop': 'timed out. Killing',
  'external-sigkill': 'SIGKILL|signal 9',
};

function alerts({ context }: Advice): readonly Recommendation[] {
  const { record, history } = context;
  const words = record === null ? undefined : WORDS[record.incident.mechanism];
  const same = history.incidents.filter(({ incident }) => incident.mechanism === record?.incident.mechanism).length;
  // Once may be chance; what came again had nobody looking.
  if (record === null || words === undefined || same < 2) return [];
  // Where the death itself is not logged, no line of it can be waited for.
  if (record.death?.end.kind === 'worker-boot' && record.incident.mechanism === 'external-sigkill') return [];
  const { unit } = record.incident;
  const match = record.incident.mechanism === 'kernel-oom' || unit === null ? '' : ` --unit=${shellWord(unit)}`;
  return [
    detect('alert', {
      text: 'Alert on this log line, with the operation that was running.',
      patch: shell(
        isJournal(context)
          ? `journalctl${match} --since=-15min -q --grep=${shellWord(words)}   # any line of output is an alert`
          : `grep -E ${shellWord(words)} SERVICE.log   # in a container: docker logs --since 15m CONTAINER 2>&1 | grep -E ${shellWord(words)}`,
      ),
      because: [`${same} times in these logs.`],
    }),
  ];
}

/** Whether the words come from a journal or the host's syslog: a container's or a file's own log is in neither. */
function isJournal({ record, evidence }: FactContext): boolean {
  const death = record?.death ?? null;
  const line = death?.killer ?? death?.timeout ?? death?.end;
  const file = evidence.files.find(({ id }) => id === line?.source.evidenceId);
  return file !== undefined && /journal|syslog/.test(file.format);
}
