import { signalNumber } from '../signals.ts';
import { endByCode, endBySignal, pidOf, type SupervisorRow } from './row.ts';

const PM2_MARK = '(?:PM2 log: |\\[PM2\\] )?';
const SIGINT = 2;

/**
 * PM2 3 to 7, which counts what it runs by name and number and tells no pid. Sources: lib/God.js, lib/God/Methods.js, lib/God/Reload.js and
 * lib/Worker.js of https://github.com/Unitech/pm2.
 */
export const PM2: SupervisorRow = {
  name: 'pm2',
  loggers: /^PM2$/,
  hasLevels: false,
  chatter:
    /^PM2 (?:log|error): (?:={10,}|Time {2,}: |PM2 version|Node\.js version|Current arch|PM2 home|PM2 PID|RPC socket|BUS socket|Application log|Worker Interval|Process dump|Concurrent actions|SIGTERM timeout|Runtime Binary|App \[[^\]]{1,120}\] starting in |App name:\S{1,120} id:\S{1,20} disconnected|pid=\d+ msg=|\[PM2\]\[WORKER\] |Process with pid \d+ still alive |Process \d+ in a stopped status|-reload- |app=\S+ id=)/,
  wordings: [
    {
      sample: 'PM2 log: --- New PM2 Daemon started ----------------------------------------------------',
      starts: ['PM2 log: --- New PM2 Daemon', '--- New PM2 Daemon'],
      pattern: new RegExp(`^${PM2_MARK}--- New PM2 Daemon started`),
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      sample: 'PM2 log: App [tariffs:0] online',
      starts: ['PM2 log: App [', 'App ['],
      pattern: new RegExp(String.raw`^${PM2_MARK}App \[([^\]]{1,120})\] online$`),
      read: ([, slot = '']) => ({ kind: 'worker-boot', detail: { slot } }),
    },
    {
      // `SIGINT` is what it prints where there was no signal.
      sample: 'PM2 log: App [tariffs:1] exited with code [0] via signal [SIGABRT]',
      starts: ['PM2 log: App [', 'App ['],
      pattern: new RegExp(
        String.raw`^${PM2_MARK}App \[([^\]]{1,120})\] exited with code \[(\d*)\] via signal \[(SIG\w+)\]$`,
      ),
      read: ([, slot = '', code, name = '']) => {
        const signal = signalNumber(name);
        const whom = { slot };
        return signal === SIGINT ? endByCode(Number(code), whom) : endBySignal(signal, whom);
      },
    },
    {
      sample: 'PM2 log: Stopping app:tariffs id:0',
      starts: ['PM2 log: Stopping app:', 'Stopping app:'],
      pattern: new RegExp(String.raw`^${PM2_MARK}Stopping app:(\S{1,120}) id:(\S{1,20})$`),
      read: ([, app = '', id = '']) => ({ kind: 'worker-recycled', detail: { slot: `${app}:${id}` } }),
    },
    {
      sample: 'PM2 log: Script /srv/app.js had too many unstable restarts (3). Stopped. "errored"',
      starts: ['PM2 log: Script ', 'Script '],
      pattern: new RegExp(String.raw`^${PM2_MARK}Script \S{1,400} had too many unstable restarts \(\d+\)\. Stopped\.`),
      read: () => ({ kind: 'boot-failure', detail: {} }),
    },
    {
      sample: 'PM2 log: PM2 successfully stopped',
      starts: ['PM2 log: PM2 successfully stopped'],
      pattern: /^PM2 log: PM2 successfully stopped$/,
      read: () => ({ kind: 'arbiter-stop', detail: {} }),
    },
  ],
};

/**
 * Node's cluster says nothing by itself: these are the words of its manual's own example, as services copy them.
 * Source: https://nodejs.org/api/cluster.html
 */
export const NODE_CLUSTER: SupervisorRow = {
  name: 'node-cluster',
  loggers: null,
  hasLevels: true,
  // What V8 and Node print as they abort.
  chatter:
    /^(?:<--- (?:Last few GCs|JS stacktrace) --->|\[\d{1,9}:0x[0-9a-f]{1,16}\] {1,12}\d+ ms: |----- (?:Native|JavaScript) stack trace -----| {0,3}\d{1,3}: 0x[0-9a-f]{1,16} )/,
  wordings: [
    {
      sample: 'worker 521 died (SIGKILL). restarting...',
      starts: ['worker ', 'Worker '],
      pattern:
        /^[Ww]orker (\d{2,9}) (?:died|exited)(?: \((?:(SIG\w+)|(\d{1,3}))\)|,? with code:? \S{1,9},? and signal:? (SIG\w+)|,? with (?:exit )?code:? (\d{1,3})| \(?(?:with )?signal:? (SIG\w+)\)?)/,
      read: ([, pid, first, code, second, other, third]) => {
        const name = first ?? second ?? third;
        return name === undefined
          ? endByCode(Number(code ?? other), pidOf(pid))
          : endBySignal(signalNumber(name), pidOf(pid));
      },
    },
    {
      sample: 'worker 521 is online',
      starts: ['worker ', 'Worker '],
      pattern: /^[Ww]orker (\d{2,9}) (?:is online|started)$/,
      read: ([, pid]) => ({ kind: 'worker-boot', detail: pidOf(pid) }),
    },
  ],
};
