import type { EventDetail } from '../../model/event.ts';
import { withoutUptime } from '../reading/uptime-stamp.ts';
import type { Classified } from './classified.ts';

/**
 * The kernel's fixed wording about processes it kills. Sources: mm/oom_kill.c, mm/memcontrol.c, arch/x86/mm/fault.c and
 * arch/x86/kernel/traps.c of Linux 3.10 (one `score` line and one `Killed process` line) to 6.18.
 */
interface Wording {
  readonly sample: string;
  /** Text that every such message has: looking for it first spares the pattern for the millions of other lines. */
  readonly marker: string;
  /** What every such message begins with; null where that is the name of a process. */
  readonly begins: string | null;
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray) => Classified;
}

const KIB = 1024;
const SIGSEGV = 11;
/** Exceptions that `traps:` lines name, with the signal each raises (arch/x86/kernel/traps.c). */
const TRAP_SIGNALS: readonly (readonly [RegExp, number])[] = [
  [/invalid opcode/, 4],
  [/int3/, 5],
  [/divide error|floating/, 8],
];

const WORDINGS: readonly Wording[] = [
  {
    sample: 'python3 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
    marker: ' invoked oom-killer: ',
    begins: null,
    pattern: /^(.{1,64}?) invoked oom-killer: /,
    read: (m) => ({ kind: 'oom-invoked', detail: { processName: m[1] ?? '' } }),
  },
  {
    sample:
      'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/lab-24013,task_memcg=/lab-24013,task=python3,pid=24020,uid=0',
    marker: 'oom-kill:constraint=',
    begins: 'oom-kill:constraint=',
    pattern: /^oom-kill:constraint=(CONSTRAINT_\w+),(.*),task=(.*),pid=(\d+),uid=\d+$/,
    read: (m) => {
      // A global kill prints `global_oom` in place of `oom_memcg=`.
      const isCgroup = m[1] === 'CONSTRAINT_MEMCG';
      const cgroup = (isCgroup ? /(?:^|,)oom_memcg=([^,]*)/ : /(?:^|,)task_memcg=([^,]*)/).exec(m[2] ?? '')?.[1];
      return {
        kind: 'oom-kill',
        detail: {
          targetPid: Number(m[4]),
          processName: m[3] ?? '',
          oomScope: isCgroup ? 'cgroup' : 'host',
          ...(cgroup === undefined ? {} : { oomCgroup: cgroup }),
        },
      };
    },
  },
  {
    sample:
      'Memory cgroup out of memory: Killed process 24020 (python3) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB, UID:0 pgtables:880kB oom_score_adj:0',
    marker: 'Memory cgroup out of memory: ',
    begins: 'Memory cgroup out of memory: ',
    pattern: /^Memory cgroup out of memory: Kill(?:ed)? process (\d+),? \((.*?)\)(.*)$/,
    read: (m) => ({ kind: 'oom-kill', detail: { ...killDetail(m), oomScope: 'cgroup' } }),
  },
  {
    // `Out of memory (oom_kill_allocating_task): Killed process ...` as well
    sample: 'Out of memory: Kill process 24020 (python3) score 907 or sacrifice child',
    marker: 'Out of memory',
    begins: 'Out of memory',
    pattern: /^Out of memory(?: \([^)]*\))?: Kill(?:ed)? process (\d+),? \((.*?)\)(.*)$/,
    read: (m) => ({ kind: 'oom-kill', detail: { ...killDetail(m), oomScope: 'host' } }),
  },
  {
    // the second line of kernels before 4.19; whether a cgroup or the host was short, the line before it says
    sample: 'Killed process 24020 (python3) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB',
    marker: 'Killed process ',
    begins: 'Killed process ',
    pattern: /^Killed process (\d+),? \((.*?)\)(,? (?:UID:? ?\d+,? ?)?total-vm:.*)$/,
    read: (m) => ({ kind: 'oom-kill', detail: killDetail(m) }),
  },
  {
    sample: 'memory: usage 430080kB, limit 430080kB, failcnt 469',
    marker: 'memory: usage ',
    begins: 'memory: usage ',
    pattern: /^memory: usage (\d+)kB, limit (\d+)kB, failcnt \d+/,
    read: (m) => ({
      kind: 'oom-context',
      detail: { usageBytes: Number(m[1]) * KIB, limitBytes: Number(m[2]) * KIB, oomScope: 'cgroup' },
    }),
  },
  {
    sample: 'Memory cgroup stats for /system.slice/tracker.service:',
    marker: 'Memory cgroup stats for ',
    begins: 'Memory cgroup stats for ',
    pattern: /^Memory cgroup stats for (\/[^:]*):/,
    read: (m) => ({ kind: 'oom-context', detail: { oomCgroup: m[1] ?? '', oomScope: 'cgroup' } }),
  },
  {
    sample: 'Task in /docker/8f2c killed as a result of limit of /docker/8f2c',
    marker: 'killed as a result of limit of ',
    begins: 'Task in ',
    pattern: /^Task in (?:\S+) killed as a result of limit of (\S+)/,
    read: (m) => ({ kind: 'oom-context', detail: { oomCgroup: m[1] ?? '', oomScope: 'cgroup' } }),
  },
  {
    sample: 'Tasks in /system.slice/tracker.service are going to be killed due to memory.oom.group set',
    marker: 'memory.oom.group',
    begins: 'Tasks in ',
    pattern: /^Tasks in (\S+) are going to be killed due to memory\.oom\.group set/,
    read: (m) => ({ kind: 'oom-context', detail: { oomCgroup: m[1] ?? '', oomScope: 'cgroup' } }),
  },
  {
    sample: 'oom_reaper: reaped process 24020 (python3), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB',
    marker: 'oom_reaper: ',
    begins: 'oom_reaper: ',
    pattern: /^oom_reaper: (?:reaped process|unable to reap pid:?) ?(\d+) \((.*?)\)/,
    read: (m) => ({ kind: 'oom-context', detail: { targetPid: Number(m[1]), processName: m[2] ?? '' } }),
  },
  {
    sample:
      '[  24020]     0 24020   108380   103936   102398     1538         0   901120        0             0 python3',
    marker: '[',
    begins: '[',
    pattern: /^\[\s*(\d+)\](?:\s+-?\d+){6,11} (.+)$/,
    read: (m) => ({ kind: 'oom-context', detail: { targetPid: Number(m[1]), processName: m[2] ?? '' } }),
  },
  {
    sample:
      '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name',
    marker: ' tgid ',
    begins: '[',
    pattern: /^\[\s*pid\s*\]\s+uid\s+tgid\b/,
    read: () => ({ kind: 'oom-context', detail: {} }),
  },
  {
    sample: 'Tasks state (memory values in pages):',
    marker: 'Tasks state (',
    begins: 'Tasks state (',
    pattern: /^Tasks state \(memory values in pages\):/,
    read: () => ({ kind: 'oom-context', detail: {} }),
  },
  {
    sample:
      'python3[24020]: segfault at 0 ip 00007f00eaf2d030 sp 00007fffb6966d40 error 4 in libsqlite3.so.0[7f00eae00000+12a000]',
    marker: ': segfault at ',
    begins: null,
    pattern: /^(.{1,64})\[(\d+)\]: segfault at [0-9a-f]+/,
    read: (m) => ({ kind: 'segfault', detail: { targetPid: Number(m[2]), processName: m[1] ?? '', signal: SIGSEGV } }),
  },
  {
    sample:
      'traps: python3[24020] general protection fault ip:7f00eaf2d030 sp:7fffb6966d40 error:0 in libexpat.so.1[7f00eae00000+12a000]',
    marker: 'traps: ',
    begins: 'traps: ',
    pattern: /^traps: (.{1,64})\[(\d+)\] (general protection|trap [\w ]+)/,
    read: (m) => ({
      kind: 'segfault',
      detail: {
        targetPid: Number(m[2]),
        processName: m[1] ?? '',
        signal: TRAP_SIGNALS.find(([pattern]) => pattern.test(m[3] ?? ''))?.[1] ?? SIGSEGV,
      },
    }),
  },
];

function killDetail(match: RegExpExecArray): EventDetail {
  const rss = /anon-rss:(\d+)kB/.exec(match[3] ?? '')?.[1];
  return {
    targetPid: Number(match[1]),
    processName: match[2] ?? '',
    ...(rss === undefined ? {} : { anonRssBytes: Number(rss) * KIB }),
  };
}

/** What a kernel message is; anything without known wording is `kernel`. */
export function classifyKernel(logged: string): Classified {
  const message = withoutUptime(logged);
  for (const { marker, pattern, read } of WORDINGS) {
    if (!message.includes(marker)) continue;
    const match = pattern.exec(message);
    if (match !== null) return read(match);
  }
  return { kind: 'kernel', detail: {} };
}

/** Each wording's sample, for the test that every pattern reads its own. */
export const KERNEL_SAMPLES: readonly string[] = WORDINGS.map(({ sample }) => sample);

/** What a kernel message with known wording, or with an uptime before it, begins with, unless it holds a KERNEL_MARKER. */
export const KERNEL_STARTS: readonly string[] = [
  ...new Set(WORDINGS.flatMap(({ begins }) => (begins === null ? [] : [begins]))),
];

/** What kernel messages with known wording hold that begin with the name of a process. */
export const KERNEL_MARKERS: readonly string[] = WORDINGS.flatMap(({ begins, marker }) =>
  begins === null ? [marker] : [],
);
