import type { ActionType, Mechanism, Recommendation, Verdict } from '../model/analysis.ts';
import type { EventKind, Severity } from '../model/event.ts';
import type { ProblemKind } from '../model/evidence.ts';
import type { Progress, SourceState } from '../model/job.ts';

/** Names of closed lists as people read them. Records, so that a new member does not compile without its words. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  fits: 'fits',
  contributes: 'contributes',
  inconclusive: 'inconclusive',
  'ruled-out': 'ruled out',
};

/** The same as one says it of a cause. */
export const LIKELY_WORDS: Readonly<Record<Verdict, string>> = {
  fits: 'likely cause',
  contributes: 'contributing factor',
  inconclusive: 'inconclusive',
  'ruled-out': 'ruled out',
};

export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  fits: 'Explains the kill.',
  contributes: 'Made it possible or worse, but does not explain it alone.',
  inconclusive: 'The deciding evidence is missing.',
  'ruled-out': 'The evidence contradicts it.',
};

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  emerg: 'emergency',
  alert: 'alert',
  crit: 'critical',
  err: 'error',
  warning: 'warning',
  notice: 'notice',
  info: 'info',
  debug: 'debug',
};

export const KIND_WORDS: Readonly<Record<EventKind, string>> = {
  log: 'log',
  'arbiter-start': 'arbiter start',
  'arbiter-stop': 'arbiter stop',
  'arbiter-signal': 'arbiter signal',
  'boot-failure': 'boot failure',
  'worker-boot': 'worker boot',
  'worker-timeout': 'worker timeout',
  'worker-sigkill': 'worker SIGKILL',
  'worker-signalled': 'worker signalled',
  'worker-exit-code': 'worker exit code',
  'worker-exiting': 'worker exiting',
  'worker-recycled': 'worker recycled',
  'worker-error': 'worker error',
  'oom-invoked': 'OOM invoked',
  'oom-context': 'OOM context',
  'oom-kill': 'OOM kill',
  'systemd-start': 'systemd start',
  'systemd-process-exited': 'process exited',
  'systemd-oom': 'systemd OOM',
  'systemd-oomd-kill': 'oomd kill',
  'platform-oom': 'platform OOM',
  'container-exited': 'container exited',
  'systemd-stop-timeout': 'stop timeout',
  'systemd-unit': 'systemd unit',
  segfault: 'segfault',
  traceback: 'traceback',
  'database-locked': 'database locked',
  kernel: 'kernel',
  'process-sample': 'process sample',
  'memory-sample': 'memory sample',
  notice: 'notice',
};

/** The words of formats stand beside their names. */
export { FORMAT_WORDS } from '../model/evidence.ts';

export const PROBLEM_WORDS: Readonly<Record<ProblemKind, string>> = {
  unrecognised: 'not recognised',
  unreadable: 'could not be read',
  empty: 'empty',
  truncated: 'cut short',
  'malformed-record': 'malformed record',
  'line-too-long': 'line too long',
  'invalid-encoding': 'invalid encoding',
  'unsafe-path': 'unsafe path',
  'link-refused': 'link refused',
  'limit-exceeded': 'limit exceeded',
  'damaged-archive': 'damaged archive',
  'not-literal': 'not a literal value',
  'assumed-time': 'time assumed',
  'damaged-database': 'damaged database',
  'malformed-xml': 'malformed XML',
  unclassified: 'not classified',
  'changed-during-reading': 'changed while being read',
  stopped: 'stopped on request',
};

export const SOURCE_STATE_WORDS: Readonly<Record<SourceState, string>> = {
  waiting: 'waiting',
  unpacking: 'being unpacked',
  reading: 'being read',
  profiling: 'being profiled',
  done: 'done',
  stopped: 'stopped',
  failed: 'could not be read',
};

export const STAGE_WORDS: Readonly<Record<Progress['stage'], string>> = {
  unpacking: 'Unpack',
  hashing: 'Hash',
  reading: 'Read',
  database: 'Database',
  profiling: 'Profile',
  analysing: 'Analyse',
  writing: 'Write',
};

/** What stands before the start of an incident: whether it is the time itself, or one that it lies behind or before. */
export const BOUND_WORDS = { exact: '', earliest: 'after ', latest: 'before ' } as const;

/** What ended the worker, as a reader would say it. */
export const MECHANISM_WORDS: Readonly<Record<Mechanism, string>> = {
  'gunicorn-timeout': 'gunicorn worker timeout (WORKER TIMEOUT, then killed by the arbiter)',
  'supervisor-timeout': "the supervisor's time limit",
  'kernel-oom': 'OOM kill by the kernel',
  'systemd-oomd': 'systemd-oomd, for memory pressure',
  'systemd-stop': 'systemd, because the unit did not stop in time',
  'external-sigkill': 'SIGKILL, sender unknown',
  crash: 'crash: a fatal signal or exit of its own',
  none: 'no worker kill is logged',
};

/** The same in few words, as one says it of a worker: in lists and counts. */
export const ENDING_WORDS: Readonly<Record<Mechanism, string>> = {
  'gunicorn-timeout': 'killed by gunicorn after WORKER TIMEOUT',
  'supervisor-timeout': 'killed by its supervisor at the time limit',
  'kernel-oom': 'killed by the kernel’s OOM killer',
  'systemd-oomd': 'killed by systemd-oomd',
  'systemd-stop': 'killed by systemd while stopping',
  'external-sigkill': 'killed from outside (SIGKILL)',
  crash: 'crashed',
  none: 'without a logged kill',
};

/** What a recommendation is for, as reviews of incidents sort their actions. */
export const ACTION_WORDS: Readonly<Record<ActionType, string>> = {
  mitigate: 'Mitigate',
  prevent: 'Prevent',
  detect: 'Detect',
};

/** Whether a change would have kept this incident away, by the model of its course, in a few words. */
export function preventedWords({
  action,
  wouldHavePrevented,
  effect,
}: Pick<Recommendation, 'action' | 'wouldHavePrevented' | 'effect'>): string {
  if (wouldHavePrevented === true) return 'yes';
  if (wouldHavePrevented === null) return 'unknown';
  if (effect !== undefined) return `no. ${effect}`;
  return action === 'detect' ? 'no, it collects what decides' : 'no';
}
