import type { Mechanism, Recommendation, Verdict } from '../model/analysis.ts';
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

export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  fits: 'It explains the death.',
  contributes: 'Part of the chain, not the explanation.',
  inconclusive: 'The evidence that would decide is not there.',
  'ruled-out': 'There is positive evidence against it.',
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

/** What ended the worker, as a reader would say it. */
export const MECHANISM_WORDS: Readonly<Record<Mechanism, string>> = {
  'gunicorn-timeout': "gunicorn's timeout: the arbiter logged WORKER TIMEOUT and ended the worker",
  'kernel-oom': "the kernel's OOM killer",
  'systemd-oomd': 'systemd-oomd, for memory pressure',
  'systemd-stop': 'systemd, because the unit did not stop in time',
  'external-sigkill': 'SIGKILL from a sender that the evidence does not name',
  crash: 'a fatal signal or exit of its own',
  none: 'nothing: no worker was ended',
};

/** The same in few words, as one says it of a worker: in lists and counts. */
export const ENDING_WORDS: Readonly<Record<Mechanism, string>> = {
  'gunicorn-timeout': 'ended by gunicorn after WORKER TIMEOUT',
  'kernel-oom': 'killed by the kernel’s OOM killer',
  'systemd-oomd': 'killed by systemd-oomd',
  'systemd-stop': 'killed by systemd while stopping',
  'external-sigkill': 'killed from outside (SIGKILL)',
  crash: 'crashed',
  none: 'no worker was killed',
};

/** When a recommendation serves: until the cause is dealt with, or by dealing with it. */
export const WHEN_WORDS: Readonly<Record<NonNullable<Recommendation['when']>, string>> = {
  immediate: 'At once, until the cause is dealt with',
  lasting: 'To stay',
};
