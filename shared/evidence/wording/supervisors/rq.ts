import { asked, endByCode, endBySignal, pidOf, type SupervisorRow } from './row.ts';

/**
 * RQ 1 and 2, whose worker forks one work-horse a job. Source: rq/worker.py (Worker.work, monitor_work_horse, kill_horse,
 * handle_work_horse_killed) of https://github.com/rq/rq.
 */
export const RQ: SupervisorRow = {
  name: 'rq',
  loggers: /^rq\b/,
  hasLevels: true,
  // rq.timeouts.JobTimeoutException: Task exceeded maximum timeout value (3 seconds)
  raisesLimit: {
    pattern: /\bTask exceeded maximum timeout value \((?<seconds>[\d.]+) seconds\)/,
    setting: 'job timeout',
  },
  chatter:
    /^(?:Subscribing to channel |Unsubscribing from channel |\*\*\* Listening on |Cleaning registries for queue: |Result is kept for |Result will never expire|Worker \S{1,120} \[PID \d+\]: |[\w.-]{1,80}: (?:Job OK \(|[\w.]{1,120}\(.{0,2000}\) \([\w:-]{1,80}\)$))/,
  work: {
    // default: billing_jobs.export_invoices('2026-11', 30) (f15a56b8-14f3-47e9-9398-3534be838a16)
    begins: /^[\w.-]{1,80}: (?<work>[\w.]{1,120})\(.{0,2000}\) \((?<id>[\w:-]{1,80})\)$/,
    // default: Job OK (39c71d82-8a0e-41cb-afd7-555b52bdc471)     [Job 6337a3a3-...]: exception raised while executing (billing_jobs.fail)
    ends: /^(?:[\w.-]{1,80}: (?:Job OK \(|[\w.]{1,120}\(.{0,2000}\) \([\w:-]{1,80}\)$)(?<id>[\w:-]{1,80})\)|\[Job (?<other>[\w:-]{1,80})\]: exception raised)/,
    // [Job 6337a3a3-7a04-493d-93c6-53204a85ee3d]: exception raised while executing (billing_jobs.fail)
    fails: /^\[Job (?<id>[\w:-]{1,80})\]: exception raised while executing \((?<work>[\w.]{1,120})\)/,
  },
  wordings: [
    {
      sample: 'Worker rq:worker:f79e6bdf34ee468999d4b00c09adf408: started, version 1.13.0',
      starts: ['Worker '],
      pattern: /^Worker \S{1,120}: started(?: with PID \d+)?, version (\S{1,40})$/,
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      // A status as waitpid gives it, where the signal is not spelt out (before 1.11).
      sample: 'Moving job to FailedJobRegistry (Work-horse terminated unexpectedly; waitpid returned 9 (signal 9); )',
      starts: [
        'Moving job to FailedJobRegistry (',
        'Work-horse terminated unexpectedly',
        'work-horse terminated unexpectedly',
      ],
      pattern:
        /^(?:Moving job to FailedJobRegistry \()?[Ww]ork-horse (?:process )?(?:was )?terminated unexpectedly[;:]? \(?waitpid returned (\d+)(?: \(signal (\d+)\))?/,
      read: ([, status, signal]) => {
        const caught = signal === undefined ? Number(status) & 0x7f : Number(signal);
        return caught === 0 ? endByCode(Number(status) >> 8, {}) : endBySignal(caught, {});
      },
    },
    {
      // The job raised, or its time limit was raised within it; the worker lives on.
      sample:
        '[Job f15a56b8-14f3-47e9-9398-3534be838a16]: exception raised while executing (billing_jobs.export_invoices)',
      starts: ['[Job '],
      pattern: /^\[Job [\w:-]{1,80}\]: exception raised while executing \(/,
      severity: 'err',
      read: () => ({ kind: 'worker-error', detail: {} }),
    },
    {
      sample: 'Killed horse pid 17492',
      starts: ['Killed horse pid '],
      pattern: /^Killed horse pid (\d+)$/,
      read: ([, pid]) => endBySignal(9, pidOf(pid)),
    },
    {
      sample: 'Warm shut down requested',
      starts: ['Warm shut down requested'],
      pattern: /^Warm shut down requested/,
      read: asked('TERM'),
    },
    {
      sample: 'Cold shut down',
      starts: ['Cold shut down'],
      pattern: /^Cold shut down/,
      read: asked('QUIT'),
    },
    {
      sample: 'Worker rq:worker:c8a239b96cbd4ea89410d2f820fb88f9: finished executing 1 jobs, quitting',
      starts: ['Worker '],
      pattern: /^Worker \S{1,120}: (?:finished executing \d+ jobs|done|stopping), quitting$/,
      read: () => ({ kind: 'arbiter-stop', detail: {} }),
    },
  ],
};
