import { signalNumber } from '../signals.ts';
import { asked, endByCode, endBySignal, pidOf, type SupervisorRow } from './row.ts';

/**
 * supervisord 3 and 4, which runs whole services. Its word of a kill after a stop is a row of the killers (`shared/timeline/killers.ts`).
 * Sources: supervisor/process.py and supervisord.py of https://github.com/Supervisor/supervisor
 */
export const SUPERVISORD: SupervisorRow = {
  name: 'supervisord',
  loggers: null,
  hasLevels: true,
  chatter:
    /^(?:killing '[^']{1,120}' \(\d+\) with |success: \S{1,120} entered RUNNING state|waiting for \S{1,120} to (?:die|stop)|Set uid to user |RPC interface '|Server 'unix_http_server'|Included extra file |daemonizing the )/,
  wordings: [
    {
      sample: 'supervisord started with pid 1824',
      starts: ['supervisord started with pid '],
      pattern: /^supervisord started with pid \d+$/,
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      sample: "spawned: 'meter' with pid 1843",
      starts: ["spawned: '"],
      pattern: /^spawned: '([^']{1,120})' with pid (\d+)$/,
      read: ([, slot = '', pid]) => ({ kind: 'worker-boot', detail: { ...pidOf(pid), slot } }),
    },
    {
      sample: 'exited: meter (terminated by SIGKILL; not expected)',
      starts: ['exited: '],
      pattern:
        /^exited: (\S{1,120}) \((?:terminated by (SIG\w+)(?: \(core dumped\))?|exit status (\d+)); (?:not )?expected\)$/,
      read: ([, slot = '', name, code]) =>
        name === undefined ? endByCode(Number(code), { slot }) : endBySignal(signalNumber(name), { slot }),
    },
    {
      // What it was told to stop; a kill at the end of that is its own.
      sample: 'stopped: meter (terminated by SIGTERM)',
      starts: ['stopped: '],
      pattern: /^stopped: (\S{1,120}) \((?:terminated by (SIG\w+)(?: \(core dumped\))?|exit status \d+)\)$/,
      read: ([, slot = '', name]) =>
        name === 'SIGKILL'
          ? { kind: 'worker-sigkill', detail: { slot, signal: 9, isStop: true } }
          : { kind: 'worker-exiting', detail: { slot } },
    },
    {
      sample: 'gave up: meter entered FATAL state, too many start retries too quickly',
      starts: ['gave up: '],
      pattern: /^gave up: \S{1,120} entered FATAL state, too many start retries too quickly$/,
      read: () => ({ kind: 'boot-failure', detail: {} }),
    },
    {
      sample: 'received SIGTERM indicating exit request',
      starts: ['received SIG'],
      pattern: /^received SIG(?:TERM|INT|QUIT) indicating exit request$/,
      read: asked('TERM'),
    },
  ],
};
