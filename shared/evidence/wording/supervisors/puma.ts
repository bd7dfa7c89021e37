import { asked, pidOf, type SupervisorRow } from './row.ts';

/**
 * Puma 4 to 7 in cluster mode. Sources: lib/puma/cluster.rb, cluster/worker.rb, cluster/worker_handle.rb, launcher.rb and log_writer.rb
 * of https://github.com/puma/puma. It says nothing when a worker is killed: the boot of the next one in its slot tells that.
 */
export const PUMA: SupervisorRow = {
  name: 'puma',
  loggers: null,
  hasLevels: false,
  chatter:
    /^(?:\* (?:Puma version: | ?(?:Min|Max) threads: | ?Environment: | {2}Master PID: | {5}(?:Workers|Restarts): |Listening on |Preloading application|Inherited |PID: )|Use Ctrl-C to stop|Early termination of worker|\+ (?:Changing to|Gemfile)|- TERM sent to |! Detected parent died)/,
  wordings: [
    {
      sample: 'Puma starting in cluster mode...',
      starts: ['Puma starting in '],
      pattern: /^Puma starting in (?:cluster|single) mode\.\.\./,
      read: () => ({ kind: 'arbiter-start', detail: {} }),
    },
    {
      sample: '- Worker 0 (PID: 17843) booted in 0.07s, phase: 0',
      starts: ['- Worker '],
      pattern: /^- Worker (\d+) \((?:PID|pid): (\d+)\) booted\b/,
      read: ([, slot = '', pid]) => ({ kind: 'worker-boot', detail: { ...pidOf(pid), slot } }),
    },
    {
      sample: '! Terminating timed out worker (worker failed to check in within 6 seconds): 17845',
      starts: ['! Terminating timed out worker'],
      pattern: /^! Terminating timed out worker(?: \([^)]{0,60}?within (\d+) seconds\))?: (\d+)/,
      read: ([, seconds, pid]) => ({
        kind: 'worker-timeout',
        detail: { ...pidOf(pid), ...(seconds === undefined ? {} : { limitSeconds: Number(seconds) }) },
      }),
    },
    {
      sample: '! Unable to start worker',
      starts: ['! Unable to start worker'],
      pattern: /^! Unable to start worker/,
      read: (_match, writer) => ({ kind: 'boot-failure', detail: writer === null ? {} : { targetPid: writer } }),
    },
    {
      sample: '! Unable to load application: LoadError: cannot load such file -- shop_settings',
      starts: ['! Unable to load application'],
      pattern: /^! Unable to load application\b/,
      read: () => ({ kind: 'boot-failure', detail: {} }),
    },
    {
      sample: '- Stopping 20873 for phased upgrade...',
      starts: ['- Stopping '],
      pattern: /^- Stopping (\d+) for (?:phased|refork) ?\w*/,
      read: ([, pid]) => ({ kind: 'worker-recycled', detail: pidOf(pid) }),
    },
    {
      sample: '- Starting phased worker restart, phase: 1',
      starts: ['- Starting phased worker restart'],
      pattern: /^- Starting phased worker restart\b/,
      read: asked('USR1'),
    },
    {
      sample: '* Restarting...',
      starts: ['* Restarting...'],
      pattern: /^\* Restarting\.\.\./,
      read: asked('USR2'),
    },
    {
      sample: '=== puma shutdown: 2026-11-30 20:17:39 +0000 ===',
      starts: ['=== puma shutdown', '- Gracefully shutting down workers', '- Gracefully stopping'],
      pattern: /^(?:=== puma shutdown\b|- Gracefully (?:shutting down workers|stopping))/,
      read: asked('TERM'),
    },
    {
      sample: '- Goodbye!',
      starts: ['- Goodbye!'],
      pattern: /^- Goodbye!$/,
      read: () => ({ kind: 'arbiter-stop', detail: {} }),
    },
    {
      sample:
        'PumaWorkerKiller: Out of memory. 2 workers consuming total: 912.5 mb out of max: 506.88 mb. Sending TERM to pid 23 consuming 580.1 mb.',
      starts: ['PumaWorkerKiller: '],
      pattern: /^PumaWorkerKiller: Out of memory\..{0,200}Sending TERM to pid (\d+)/,
      read: ([, pid]) => ({ kind: 'worker-recycled', detail: pidOf(pid) }),
    },
  ],
};
