import type { Classified } from './classified.ts';
import { signalNumber } from './signals.ts';

/**
 * systemd's fixed wording about services. Sources: src/core/service.c, src/core/unit.c, src/core/job.c and
 * src/oom/oomd-manager.c of https://github.com/systemd/systemd (versions 219 to 257).
 */
interface Wording {
  readonly sample: string;
  readonly pattern: RegExp;
  /** What stands behind the name of the unit; null where the wording does not begin with one. */
  readonly rest: RegExp | null;
  /** What that begins with; empty: anything. */
  readonly restStarts: readonly string[];
  readonly read: (match: RegExpExecArray) => Classified;
}

/** How names of units end. */
export const UNIT_TYPES = ['service', 'scope', 'slice', 'socket', 'mount', 'timer', 'target'] as const;
const UNIT_END = String.raw`\.(?:${UNIT_TYPES.join('|')})`;
/** `regression-tracker.service: ` in front of most messages; templates and escaped names included. */
const UNIT = String.raw`^([\w@.:\\-]+${UNIT_END}): `;
const UNIT_PATTERN = new RegExp(UNIT);

function unitWording(
  sample: string,
  restStarts: readonly string[],
  rest: string,
  read: (match: RegExpExecArray, unit: string) => Classified,
): Wording {
  return {
    sample,
    restStarts,
    pattern: new RegExp(UNIT + rest),
    rest: new RegExp(`^(?:${rest})`),
    read: (match) => read(match, match[1] ?? ''),
  };
}

const WORDINGS: readonly Wording[] = [
  unitWording(
    'regression-tracker.service: Main process exited, code=killed, status=9/KILL',
    ['Main process exited, ', 'Control process exited, '],
    String.raw`(?:Main|Control) process exited, code=(killed|dumped|exited), status=(\d+)(?:/(\w+))?`,
    (m, unit) => ({
      kind: 'systemd-process-exited',
      detail: {
        unit,
        state: m[2] ?? '',
        ...(m[2] === 'exited' ? { exitCode: Number(m[3]) } : { signal: Number(m[3]) }),
      },
    }),
  ),
  unitWording(
    'regression-tracker.service: A process of this unit has been killed by the OOM killer.',
    ['A process of this unit has been killed'],
    String.raw`A process of this unit has been killed by the OOM killer`,
    (_m, unit) => ({ kind: 'systemd-oom', detail: { unit, state: 'oom-kill' } }),
  ),
  unitWording(
    "regression-tracker.service: Failed with result 'oom-kill'.",
    ['Failed', 'Unit entered failed state'],
    String.raw`(?:Failed with result|Unit entered failed state|Failed)[^']*'([\w-]+)'`,
    (m, unit) => ({
      kind: m[2] === 'oom-kill' ? 'systemd-oom' : 'systemd-unit',
      detail: { unit, state: m[2] ?? '' },
    }),
  ),
  unitWording(
    "regression-tracker.service: State 'stop-sigterm' timed out. Killing.",
    // before version 240: `regression-tracker.service: Stopping timed out. Killing.`, `stop-sigterm timed out. Killing.`
    ["State '", 'stop-', 'final-', 'Stopping timed out'],
    String.raw`(?:State '(stop-[\w-]+|final-[\w-]+)'|(stop-[\w-]+|final-[\w-]+|Stopping)) timed out`,
    (m, unit) => ({ kind: 'systemd-stop-timeout', detail: { unit, state: m[2] ?? m[3] ?? '' } }),
  ),
  unitWording(
    'regression-tracker.service: start operation timed out. Terminating.',
    // also `Start operation timed out`, `start-pre operation timed out`, and from version 240 `Start request repeated too quickly.`
    ['Start ', 'start ', 'start-'],
    String.raw`[Ss]tart(?:-pre|-post)? (?:operation timed out|request repeated too quickly)`,
    (_m, unit) => ({ kind: 'systemd-unit', detail: { unit, state: 'start' } }),
  ),
  unitWording(
    'regression-tracker.service: Killing process 23333 (gunicorn) with signal SIGKILL.',
    ['Killing process '],
    String.raw`Killing process (\d+) \((.*?)\) with signal (SIG\w+)`,
    (m, unit) => {
      const signal = signalNumber(m[4] ?? '');
      const detail = { unit, targetPid: Number(m[2]), processName: m[3] ?? '', ...(signal === null ? {} : { signal }) };
      // SIGKILL is what a stop ends with when TERM was not enough.
      return { kind: signal === 9 ? 'systemd-stop-timeout' : 'systemd-unit', detail };
    },
  ),
  unitWording(
    'regression-tracker.service: systemd-oomd killed 3 process(es) in this unit.',
    ['systemd-oomd killed '],
    String.raw`systemd-oomd killed .*process`,
    (_m, unit) => ({ kind: 'systemd-oomd-kill', detail: { unit } }),
  ),
  unitWording(
    'regression-tracker.service: Watchdog timeout (limit 30s)!',
    ['Watchdog timeout'],
    String.raw`Watchdog timeout\b`,
    (_m, unit) => ({ kind: 'systemd-unit', detail: { unit, state: 'watchdog' } }),
  ),
  unitWording(
    'regression-tracker.service: Scheduled restart job, restart counter is at 1.',
    // Succeeded, Deactivated successfully, Consumed 1min CPU time, start operation timed out, ...
    [],
    String.raw`\S`,
    (_m, unit) => ({ kind: 'systemd-unit', detail: { unit } }),
  ),
  {
    sample: 'Started regression-tracker.service - Regression tracker.',
    rest: null,
    restStarts: [],
    pattern: new RegExp(String.raw`^Started (?:([\w@.:\\-]+${UNIT_END})(?: - .*)?|.*)$`),
    read: (m) => ({ kind: 'systemd-start', detail: m[1] === undefined ? {} : { unit: m[1].replace(/\.$/, '') } }),
  },
  {
    sample: 'Stopping regression-tracker.service - Regression tracker...',
    rest: null,
    restStarts: [],
    pattern: new RegExp(
      String.raw`^(?:Starting|Stopping|Stopped|Reloading|Reloaded|Finished|Failed to start|Closed|Removed) (?:([\w@.:\\-]+?${UNIT_END})(?: - .*|\.{1,3})?$|.)`,
    ),
    read: (m) => ({ kind: 'systemd-unit', detail: m[1] === undefined ? {} : { unit: m[1] } }),
  },
];

// Killed /system.slice/regression-tracker.service due to memory pressure for /system.slice being 70.12% > 60.00% for > 30s
// Killed /system.slice/regression-tracker.service due to memory used (25 / 25) and swap used (7 / 8) being more than 90.00%
const OOMD_KILL = /^Killed (\/\S+) due to (?:memory pressure|memory used|swap used)/;

/** What a message of systemd or systemd-oomd is; null for free text. */
export function classifySystemd(message: string, identifier: string | null): Classified | null {
  if (identifier === 'systemd-oomd') {
    const cgroup = OOMD_KILL.exec(message)?.[1];
    if (cgroup === undefined) return null;
    const unit = cgroup.slice(cgroup.lastIndexOf('/') + 1);
    return { kind: 'systemd-oomd-kill', detail: { oomCgroup: cgroup, ...(unit === '' ? {} : { unit }) } };
  }
  // The name of a unit has no blank, so that there is one way to take it off; doing so once spares it to every pattern.
  const unit = UNIT_PATTERN.exec(message);
  const behindUnit = unit === null ? null : message.slice(unit[0].length);
  for (const { pattern, rest, read } of WORDINGS) {
    if (rest !== null && (behindUnit === null || !rest.test(behindUnit))) continue;
    const match = pattern.exec(message);
    if (match !== null) return read(match);
  }
  return null;
}

/** Each wording's sample, for the test that every pattern reads its own. */
export const SYSTEMD_SAMPLES: readonly string[] = WORDINGS.map(({ sample }) => sample);

/**
 * What follows the name of the unit in wordings that say more than that the message is about it. Behind any other visible
 * character it is a `systemd-unit`.
 */
export const UNIT_REST_STARTS: readonly string[] = WORDINGS.flatMap(({ restStarts }) => restStarts);
