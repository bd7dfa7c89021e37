import { signalNumber } from '../signals.ts';
import { asked, endByCode, endBySignal, pidOf, type SupervisorRow } from './row.ts';

/** Unicorn 4 to 6, under the header of Ruby's logger. Source: lib/unicorn/http_server.rb of https://yhbt.net/unicorn.git */
export const UNICORN: SupervisorRow = {
  name: 'unicorn',
  loggers: null,
  hasLevels: true,
  chatter:
    /^(?:listening on(?: addr=| fd\b|$)|worker=\d+ (?:spawning\.\.\.|ready$)|Refreshing Gem list|done reloading config_file=|reopening logs|executing \[)/,
  wordings: [
    {
      sample: 'master process ready',
      starts: ['master process ready'],
      pattern: /^master process ready$/,
      levels: ['INFO'],
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      sample: 'worker=0 spawned pid=20984',
      starts: ['worker='],
      pattern: /^worker=(\d+) spawned pid=(\d+)$/,
      levels: ['INFO'],
      read: ([, slot = '', pid]) => ({ kind: 'worker-boot', detail: { ...pidOf(pid), slot } }),
    },
    {
      sample: 'worker=1 PID:20985 timeout (5s > 4s), killing',
      starts: ['worker='],
      pattern: /^worker=\d+ PID:(\d+) timeout \(\d+s > (\d+)s\), killing$/,
      levels: ['ERROR'],
      read: ([, pid, seconds]) => ({
        kind: 'worker-timeout',
        detail: { ...pidOf(pid), limitSeconds: Number(seconds) },
      }),
    },
    {
      sample: 'reaped #<Process::Status: pid 20985 SIGKILL (signal 9)> worker=1',
      starts: ['reaped #<Process::Status: pid '],
      pattern:
        /^reaped #<Process::Status: pid (\d+),? (?:exit (\d+)|(?:SIG(\w+) )?\(signal (\d+)\)|SIG(\w+) \(signal \d+\))(?: \(core dumped\))?> worker=(?:\d+|unknown)/,
      levels: ['ERROR', 'INFO'],
      read: ([, pid, code, name, signal, other]) => {
        if (code !== undefined) return endByCode(Number(code), pidOf(pid));
        return endBySignal(signal === undefined ? signalNumber(name ?? other ?? '') : Number(signal), pidOf(pid));
      },
    },
    {
      sample: 'reloading config_file=server.rb',
      starts: ['reloading config_file='],
      pattern: /^reloading config_file=/,
      levels: ['INFO'],
      read: asked('HUP'),
    },
    {
      sample: 'master complete',
      starts: ['master complete'],
      pattern: /^master complete$/,
      levels: ['INFO'],
      read: () => ({ kind: 'arbiter-stop', detail: {} }),
    },
    {
      // https://github.com/kzk/unicorn-worker-killer
      sample:
        '#<Unicorn::HttpServer:0x00007f>: worker (pid: 4711) exceeds memory limit (272629760 bytes > 268435456 bytes)',
      starts: ['#<Unicorn::HttpServer'],
      pattern:
        /^#<Unicorn::HttpServer[^>]{0,60}>: worker \(pid: (\d+)\) exceeds (?:memory limit|max number of requests)/,
      read: ([, pid]) => ({ kind: 'worker-recycled', detail: pidOf(pid) }),
    },
  ],
};
