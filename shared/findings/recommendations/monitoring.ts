import { memoryUse } from '../../context/process-readings.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { shellWord } from '../../model/shell.ts';
import { secondsBetween } from '../../model/time.ts';
import { formatSeconds } from '../../wording/figures.ts';
import { type Advice, type AdviceFamily, recommendation, verdictFor } from './advice.ts';

/** A step that says nothing for so long leaves nobody the wiser. */
const SILENT_SECONDS = 10;

/** What to log and to warn of, where this incident was hard to read or went unnoticed for want of it. */
export const monitoringAdvice: AdviceFamily = (advice) => {
  if (advice.context.record?.death == null) return [];
  return [...progressLogging(advice), ...memoryLogging(advice), ...alerts(advice)];
};

function progressLogging({ context }: Advice): readonly Recommendation[] {
  const { lastStep, workEnd } = context;
  if (lastStep === null || workEnd === null || !lastStep.isTimed) return [];
  const silent = secondsBetween(lastStep.from, workEnd);
  const spoke = context.record?.operation?.lines.some(
    ({ event, reading }) => reading.role === 'progress' && event.time >= lastStep.from,
  );
  if (silent < SILENT_SECONDS || spoke === true) return [];
  return [
    recommendation(
      'log-progress',
      'Log progress every few thousand records, with count and time: a log then tells a slow import from one that hangs.',
      'if count % 5000 == 0:\n    logger.info("%s: %d of %d records, %.1f s", step, count, total, time.monotonic() - started)',
      `The log says nothing of the ${formatSeconds(silent)} between "${lastStep.startLine.text.slice(0, 120)}" and the end of the work.`,
    ),
  ];
}

function memoryLogging(advice: Advice): readonly Recommendation[] {
  if (verdictFor(advice, 'memory-exhaustion') !== 'inconclusive' || memoryUse(advice.context) !== null) return [];
  return [
    recommendation(
      'log-memory',
      'Log the peak memory of the worker after every step; with sysstat running, the host records its own (sar -r).',
      'import resource\nlogger.info("peak memory: %d MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)',
      'Whether memory ran short could not be decided: nothing that was saved shows how much the worker used.',
    ),
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
  const { unit } = record.incident;
  const match = record.incident.mechanism === 'kernel-oom' || unit === null ? '' : ` --unit=${shellWord(unit)}`;
  return [
    recommendation(
      'alert',
      'Warn somebody whenever this is logged, with the operation that was running.',
      `journalctl${match} --since=-15min -q --grep=${shellWord(words)}   # a line of output is a warning`,
      `It happened ${same} times in what was saved.`,
    ),
  ];
}
