import { asked, endBySignal, pidOf, type SupervisorRow } from './row.ts';

/**
 * uWSGI 2.0. Sources: core/master.c, master_utils.c, master_checks.c, signal.c, uwsgi.c and utils.c of
 * https://github.com/unbit/uwsgi. It writes plain lines, some with the date of ctime in front.
 */
export const UWSGI: SupervisorRow = {
  name: 'uwsgi',
  loggers: null,
  hasLevels: false,
  chatter:
    /^(?:compiled with version: |os: \w+-|nodename: |machine: |clock source: |pcre jit |detected (?:number of CPU|binary path|max file)|current working directory: |uWSGI running as |\*\*\* (?:WARNING: |Operational MODE: |Python threads support |uWSGI is running in |backtrace of |end of backtrace |no app loaded|EVIL RELOAD ON )| \*\*\* WARNING: |your (?:processes number|memory page|server socket|mercy for) |lock engine: |thunder lock: |uwsgi socket \d+ |Python (?:version: |main interpreter )|mapped \d+ bytes |WSGI app \d+ |(?:gracefully \(RE\))?spawned uWSGI (?:master|mule|spooler)|chdir\(\) to |closing all non-uwsgi |found fd \d+ |running \/|binary reloading uWSGI|mem-collector thread |worker respawning too fast|HARAKIRI(?:: --| !!! | \[core )|--- no python application found|setgid\(\) to |setuid\(\) to |\[uWSGI\] getting )/,
  // HARAKIRI [core 0] 127.0.0.1 - GET /slow since 1796069374
  inHand: /^HARAKIRI \[core \d+\] \S{0,100} - (?<work>\S{1,16} \S{1,400}) since (?<since>\d{9,11})$/,
  wordings: [
    {
      sample: '*** Starting uWSGI 2.0.21-debian (64bit) on [Mon Nov 30 20:09:33 2026] ***',
      starts: ['*** Starting uWSGI '],
      pattern: /^\*\*\* Starting uWSGI (\S{1,40}) \(\d+bit\) on \[[^\]]{1,40}\] \*\*\*/,
      read: ([, version = '']) => ({ kind: 'arbiter-start', detail: { version } }),
    },
    {
      sample: 'spawned uWSGI worker 1 (pid: 5117, cores: 1)',
      starts: ['spawned uWSGI worker '],
      pattern: /^spawned uWSGI worker (\d+) (?:\(and the only\) )?\(pid: (\d+)/,
      read: ([, slot = '', pid]) => ({ kind: 'worker-boot', detail: { ...pidOf(pid), slot } }),
    },
    {
      sample: 'Respawned uWSGI worker 2 (new pid: 5384)',
      starts: ['Respawned uWSGI worker '],
      pattern: /^Respawned uWSGI worker (\d+) \(new pid: (\d+)\)/,
      read: ([, slot = '', pid]) => ({ kind: 'worker-boot', detail: { ...pidOf(pid), slot } }),
    },
    {
      sample: '*** HARAKIRI ON WORKER 2 (pid: 5118, try: 1) ***',
      starts: ['*** HARAKIRI ON '],
      pattern: /^\*\*\* HARAKIRI ON (?:WORKER \d+|MULE \d+|THE SPOOLER) \(pid: (\d+)[^)]{0,60}\) \*\*\*/,
      read: ([, pid]) => ({ kind: 'worker-timeout', detail: pidOf(pid) }),
    },
    {
      sample: 'DAMN ! worker 2 (pid: 5118) died, killed by signal 9 :( trying respawn ...',
      starts: ['DAMN ! '],
      pattern: /^DAMN ! (?:worker|mule) \d+ \(pid: (\d+)\) died, killed by signal (\d+) :\(/,
      read: ([, pid, signal]) => endBySignal(Number(signal), pidOf(pid)),
    },
    {
      // It ended by itself and was not asked to: uWSGI's own handler of SIGSEGV exits with 1.
      sample: 'DAMN ! worker 1 (pid: 6083) died :( trying respawn ...',
      starts: ['DAMN ! '],
      pattern: /^DAMN ! (?:worker|mule) \d+ \(pid: (\d+)\) died :\(/,
      read: ([, pid]) => ({ kind: 'worker-exit-code', detail: { ...pidOf(pid), isUnexpected: true } }),
    },
    {
      sample: '!!! uWSGI process 6083 got Segmentation Fault !!!',
      starts: ['!!! uWSGI process '],
      pattern: /^!!! uWSGI process (\d+) got Segmentation Fault !!!/,
      read: ([, pid]) => ({ kind: 'segfault', detail: { ...pidOf(pid), signal: 11 } }),
    },
    {
      sample: '...The work of process 17588 is done. Seeya!',
      starts: ['...The work of process '],
      pattern: /^\.\.\.The work of process (\d+) is done(?: \(.{0,80}\))?\. Seeya!/,
      read: ([, pid]) => ({ kind: 'worker-recycled', detail: pidOf(pid) }),
    },
    {
      sample: 'worker 1 killed successfully (pid: 17588)',
      starts: ['worker '],
      pattern: /^worker \d+ killed successfully \(pid: (\d+)\)/,
      read: ([, pid]) => ({ kind: 'worker-exiting', detail: pidOf(pid) }),
    },
    {
      sample: 'worker 1 buried after 1 seconds',
      starts: ['worker '],
      pattern: /^worker (\d+) buried after \d+ seconds/,
      read: ([, slot = '']) => ({ kind: 'worker-exiting', detail: { slot } }),
    },
    {
      sample: 'Gracefully killing worker 2 (pid: 6480)...',
      starts: ['Gracefully killing worker '],
      pattern: /^Gracefully killing worker \d+ \(pid: (\d+)\)/,
      read: ([, pid]) => ({ kind: 'worker-recycled', detail: pidOf(pid) }),
    },
    {
      sample: 'worker 1 (pid: 6626) is taking too much time to die...NO MERCY !!!',
      starts: ['worker '],
      pattern: /^worker \d+ \(pid: (\d+)\) is taking too much time to die\.\.\.NO MERCY !!!/,
      read: ([, pid]) => ({ kind: 'worker-sigkill', detail: { ...pidOf(pid), isStop: true } }),
    },
    {
      sample: '...gracefully killing workers...',
      starts: ['...gracefully killing workers'],
      pattern: /^\.\.\.gracefully killing workers\.\.\./,
      read: asked('HUP'),
    },
    {
      sample: 'SIGINT/SIGTERM received...killing workers...',
      starts: ['SIGINT/'],
      pattern: /^SIGINT\/SIG(?:TERM|QUIT) received\.\.\.killing workers\.\.\./,
      read: asked('TERM'),
    },
    {
      sample: 'goodbye to uWSGI.',
      starts: ['goodbye to uWSGI'],
      pattern: /^goodbye to uWSGI\./,
      read: () => ({ kind: 'arbiter-stop', detail: {} }),
    },
    {
      sample: "unable to load app 0 (mountpoint='') (callable not found or import error)",
      starts: ['unable to load app '],
      pattern: /^unable to load app \d+ \(mountpoint='[^']{0,200}'\)/,
      read: () => ({ kind: 'boot-failure', detail: {} }),
    },
  ],
};
