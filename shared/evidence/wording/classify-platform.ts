import type { Classified } from './classified.ts';

/** What a platform or a container runtime prints, as a line of its own, about what it runs. */
interface Wording {
  readonly sample: string;
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray) => Classified;
}

const UNITS: Readonly<Record<string, number>> = {
  M: 1024 ** 2,
  MB: 1024 ** 2,
  MiB: 1024 ** 2,
  G: 1024 ** 3,
  GB: 1024 ** 3,
  GiB: 1024 ** 3,
};

/** `512 MiB`, `512M`; platforms count in powers of two whatever they call them. */
function bytesOf(number: string | undefined, unit: string | undefined): number | null {
  const factor = UNITS[unit ?? ''];
  return number === undefined || factor === undefined ? null : Math.round(Number(number) * factor);
}

const SIZE = String.raw`(\d{1,7}(?:\.\d{1,3})?) ?([MG](?:i?B)?)`;

function oom(limit: number | null, usage: number | null): Classified {
  return {
    kind: 'platform-oom',
    detail: {
      oomScope: 'cgroup',
      ...(limit === null ? {} : { limitBytes: limit }),
      ...(usage === null ? {} : { usageBytes: usage }),
    },
  };
}

const endedForMemory = (sample: string, pattern: RegExp): Wording => ({
  sample,
  pattern,
  read: () => oom(null, null),
});

const SIGNAL_BASE = 128;

/** A status above 128 is how a shell or a runtime tells a signal. */
function exited(status: number): Classified {
  return {
    kind: 'container-exited',
    detail: status > SIGNAL_BASE ? { signal: status - SIGNAL_BASE } : { exitCode: status },
  };
}

/**
 * Sources: Cloud Run and App Engine, troubleshooting (https://cloud.google.com/run/docs/troubleshooting); Heroku error codes R12
 * to R15 (https://devcenter.heroku.com/articles/error-codes); Amazon ECS, stopped task errors; Azure Container Apps, system
 * logs; Render, "Troubleshooting your deploy"; Fly Machines' init; Docker Engine, events and Compose; kubelet, oom_watcher and
 * kuberuntime; containerd, TaskOOM; Nomad, docker driver.
 */
const WORDINGS: readonly Wording[] = [
  {
    sample: 'Memory limit of 512 MiB exceeded with 541 MiB used. Consider increasing the memory limit',
    pattern: new RegExp(`^Memory limit of ${SIZE} exceeded with ${SIZE} used\\b`),
    read: ([, limit, limitUnit, usage, usageUnit]) => oom(bytesOf(limit, limitUnit), bytesOf(usage, usageUnit)),
  },
  {
    sample: 'Exceeded hard memory limit of 256 MiB with 261 MiB after servicing 4 requests total.',
    pattern: new RegExp(`^Exceeded (?:hard|soft(?: private)?) memory limit of ${SIZE} with ${SIZE} after servicing\\b`),
    read: ([, limit, limitUnit, usage, usageUnit]) => oom(bytesOf(limit, limitUnit), bytesOf(usage, usageUnit)),
  },
  endedForMemory(
    'While handling this request, the process that handled this request was found to be using too much memory and was terminated.',
    /^While handling this request, the (?:process|container instance) .{0,80}\b(?:too much memory|exceeded the memory limit)\b.{0,40}\bterminated\b/,
  ),
  endedForMemory('Error R15 (Memory quota vastly exceeded)', /^Error R15 \(Memory quota vastly exceeded\)/),
  {
    sample: 'Ran out of memory (used over 512MB) while running your code.',
    pattern: new RegExp(`^(?:Instance failed: \\S{1,64} )?Ran out of memory \\(used over ${SIZE}\\)`),
    read: ([, limit, unit]) => oom(bytesOf(limit, unit), null),
  },
  endedForMemory('Process appears to have been OOM killed!', /^Process appears to have been OOM killed\b/),
  endedForMemory(
    'OutOfMemoryError: Container killed due to memory usage',
    /^(?:CannotStartContainerError: )?OutOfMemoryError: Container killed due to memory usage\b/,
  ),
  endedForMemory(
    "Container 'web' was terminated with exit code '137' and reason 'OOMKilled'",
    /^Container '?\S{1,80}? was terminated with exit code '?137'? and reason '?OOMKilled\b/,
  ),
  endedForMemory(
    'container oom 4f5e6a7b8c9d (image=tracker:1.4, name=tracker-web-1)',
    /^container oom [0-9a-f]{12,64}\b/,
  ),
  endedForMemory('TaskOOM event container_id:"4f5e"', /^(?:TaskOOM event\b|received (?:container )?oom event\b)/i),
  endedForMemory(
    'OOMKilling Memory cgroup out of memory: Killed process 4711 (gunicorn)',
    /^(?:Warning {1,20})?OOMKilling {1,20}(?:\S{1,80} {1,20})?Memory cgroup out of memory: Killed process\b/,
  ),
  endedForMemory(
    'Task terminated: Exit Code: 137, Exit Message: "OOM Killed"',
    /\bExit Code: 137, Exit Message: "OOM Killed"/,
  ),
  {
    sample: 'Process exited with status 137',
    pattern: /^Process exited with status (\d{1,3})$/,
    read: ([, status]) => exited(Number(status)),
  },
  {
    sample: 'tracker-web-1 exited with code 137',
    pattern: /^[\w.-]{1,80} exited with code (\d{1,3})(?: \(restarting\))?$/,
    read: ([, status]) => exited(Number(status)),
  },
  {
    sample: 'container die 4f5e6a7b8c9d (exitCode=137, image=tracker:1.4, name=tracker-web-1)',
    pattern: /^container die [0-9a-f]{12,64} \((?:.{0,2000}, )?exitCode=(\d{1,3})[,)]/,
    read: ([, status]) => exited(Number(status)),
  },
  {
    sample: 'Container terminated on signal 9.',
    pattern: /^Container (?:called exit\((\d{1,3})\)|terminated on signal (\d{1,2}))\.?$/,
    read: ([, status, signal]) =>
      signal === undefined ? exited(Number(status)) : { kind: 'container-exited', detail: { signal: Number(signal) } },
  },
];

/** What such a line begins with or has in it: one with none of these is of no platform. Read as text and as bytes alike. */
export const PLATFORM_STARTS: readonly string[] = [
  ...['Memory limit', 'Exceeded ', 'While handling', 'Error R15', 'Instance failed', 'Ran out', 'Process '],
  ...['OutOfMemory', 'Cannot', 'Container ', 'container ', 'TaskOOM', 'received ', 'Warning ', 'OOMKilling', 'Task '],
];
export const PLATFORM_MARKERS: readonly string[] = ['exited with code', 'Exit Message'];

/** What a line of a platform says about what it runs; null when it says nothing of an end. */
export function classifyPlatform(text: string): Classified | null {
  const mayBe =
    PLATFORM_STARTS.some((start) => text.startsWith(start)) || PLATFORM_MARKERS.some((marker) => text.includes(marker));
  if (!mayBe) return null;
  for (const { pattern, read } of WORDINGS) {
    const match = pattern.exec(text);
    if (match !== null) return read(match);
  }
  return null;
}

/** Samples of every wording, for a test that each reads its own. */
export const PLATFORM_SAMPLES: readonly string[] = WORDINGS.map(({ sample }) => sample);
