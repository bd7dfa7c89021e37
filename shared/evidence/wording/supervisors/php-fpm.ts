import { asked, endByCode, endBySignal, pidOf, type SupervisorRow } from './row.ts';

/** PHP-FPM 5.3 to 8. Sources: sapi/fpm/fpm/fpm_children.c, fpm_request.c, fpm_process_ctl.c of https://github.com/php/php-src */
export const PHP_FPM: SupervisorRow = {
  name: 'php-fpm',
  loggers: null,
  hasLevels: true,
  // [pool www] child 25164 said into stderr: "NOTICE: PHP message: Importing catalogue 31"
  relays:
    /^\[pool [^\]\s]{1,80}\] child (\d+) said into std(?:err|out): "(?:NOTICE: )?(?:PHP message: )?(.*?)"?(?:, pipe is closed)?$/,
  raisesLimit: {
    pattern: /\bMaximum execution time of (?<seconds>\d+) seconds? exceeded\b/,
    setting: 'max_execution_time',
  },
  chatter:
    /^(?:ready to handle connections|systemd monitor interval |using inherited socket |reloading: execvp|about to trace \d+|finished trace of \d+|child \d+ stopped for tracing|\[pool \S+ (?:child \d+, script .*executing too slow|seems busy|server reached ))/,
  wordings: [
    {
      sample: 'fpm is running, pid 25163',
      starts: ['fpm is running, pid '],
      pattern: /^fpm is running, pid \d+$/,
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      sample: '[pool www] child 25262 started',
      starts: ['[pool '],
      pattern: /^\[pool [^\]\s]{1,80}\] child (\d+) started$/,
      read: ([, pid]) => ({ kind: 'worker-boot', detail: pidOf(pid) }),
    },
    {
      sample: `[pool www] child 25164, script '/srv/index.php' (request: "GET /index.php?slow") execution timed out (3.676928 sec), terminating`,
      starts: ['[pool '],
      pattern:
        /^\[pool [^\]\s]{1,80}\] child (\d+), script '[^']{0,1000}' (?:\(pool \S{1,80}\) )?(?:\(request: "([^"]{0,1000})"\) )?execution timed out \(([\d.]+) sec\), terminating/,
      read: ([, pid, work, elapsed]) => ({
        kind: 'worker-timeout',
        detail: { ...pidOf(pid), elapsedSeconds: Number(elapsed), ...(work === undefined ? {} : { work }) },
      }),
    },
    {
      sample: '[pool www] child 25536 exited on signal 9 (SIGKILL) after 0.428322 seconds from start',
      starts: ['[pool '],
      pattern: /^\[pool [^\]\s]{1,80}\] child (\d+) exited on signal (\d+)\b/,
      read: ([, pid, signal]) => endBySignal(Number(signal), pidOf(pid)),
    },
    {
      sample: '[pool www] child 26284 exited with code 0 after 0.769817 seconds from start',
      starts: ['[pool '],
      pattern: /^\[pool [^\]\s]{1,80}\] child (\d+) exited with code (\d+)\b/,
      read: ([, pid, code]) => endByCode(Number(code), pidOf(pid)),
    },
    {
      // What a request wanted and did not get; the child lives on.
      sample:
        '[pool www] child 25835 said into stderr: "NOTICE: PHP message: PHP Fatal error:  Allowed memory size of 33554432 bytes exhausted (tried to allocate 16777216 bytes) in /srv/index.php on line 4"',
      starts: ['[pool ', 'PHP Fatal error: '],
      pattern:
        /^(?:\[pool [^\]\s]{1,80}\] child (\d+) said into std(?:err|out): "(?:NOTICE: )?(?:PHP message: )?)?PHP Fatal error: /,
      read: ([, pid]) => ({ kind: 'worker-error', detail: pidOf(pid) }),
    },
    {
      sample: 'Finishing ...',
      starts: ['Finishing ...', 'Terminating ...'],
      pattern: /^(?:Finishing|Terminating) \.\.\.$/,
      read: asked('TERM'),
    },
    {
      sample: 'Reloading in progress ...',
      starts: ['Reloading in progress ...'],
      pattern: /^Reloading in progress \.\.\.$/,
      read: asked('HUP'),
    },
    {
      sample: 'exiting, bye-bye!',
      starts: ['exiting, bye-bye!'],
      pattern: /^exiting, bye-bye!$/,
      read: () => ({ kind: 'arbiter-stop', detail: {} }),
    },
    {
      sample: 'FPM initialization failed',
      starts: ['FPM initialization failed'],
      pattern: /^FPM initialization failed$/,
      read: () => ({ kind: 'boot-failure', detail: {} }),
    },
  ],
};
