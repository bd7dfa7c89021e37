import type { EventKind } from '../model/event.ts';
import type { EventPoint } from '../model/views.ts';
import type { PaletteName, SceneNode } from './scene.ts';
import { type TimeScale, timeToPx } from './time-scale.ts';

/** Lanes of the timeline: the service's own lines, gunicorn's master, the kernel with systemd. */
export const LANES = ['app', 'arbiter', 'kernel'] as const;
export type Lane = (typeof LANES)[number];

const LANE_OF_KIND: Readonly<Record<EventKind, Lane | 'log' | null>> = {
  log: 'log',
  'arbiter-start': 'arbiter',
  'arbiter-stop': 'arbiter',
  'arbiter-signal': 'arbiter',
  'boot-failure': 'arbiter',
  'worker-boot': 'arbiter',
  'worker-timeout': 'arbiter',
  'worker-sigkill': 'arbiter',
  'worker-signalled': 'arbiter',
  'worker-exit-code': 'arbiter',
  'worker-exiting': 'arbiter',
  'worker-recycled': 'arbiter',
  'worker-error': 'app',
  'oom-invoked': 'kernel',
  'oom-context': 'kernel',
  'oom-kill': 'kernel',
  'systemd-start': 'kernel',
  'systemd-process-exited': 'kernel',
  'systemd-oom': 'kernel',
  'systemd-oomd-kill': 'kernel',
  'platform-oom': 'kernel',
  'container-exited': 'kernel',
  'systemd-stop-timeout': 'kernel',
  'systemd-unit': 'kernel',
  segfault: 'kernel',
  traceback: 'app',
  'database-locked': 'app',
  kernel: 'kernel',
  // Samples are drawn as a curve, notices of the exporter are not the host's.
  'process-sample': null,
  'memory-sample': null,
  notice: null,
};

/** Kinds that only gunicorn's master writes: whoever wrote one is an arbiter, and its plain lines are the arbiter's too. */
const WRITTEN_BY_ARBITER: ReadonlySet<EventKind> = new Set(['arbiter-start', 'worker-timeout', 'worker-sigkill']);

/** The pids of gunicorn masters among the events. */
export function arbiterPids(points: readonly EventPoint[]): ReadonlySet<number> {
  const pids = new Set<number>();
  for (const { kind, pid } of points) if (pid !== null && WRITTEN_BY_ARBITER.has(kind)) pids.add(pid);
  return pids;
}

/** Lane of an event; null for what is no event of the host (samples, notices). */
export function laneOf(point: EventPoint, arbiters: ReadonlySet<number>): Lane | null {
  const lane = LANE_OF_KIND[point.kind];
  if (lane !== 'log') return lane;
  return point.pid !== null && arbiters.has(point.pid) ? 'arbiter' : 'app';
}

type MarkShape = 'dot' | 'ring' | 'square' | 'triangle' | 'diamond' | 'cross';
interface Mark {
  readonly shape: MarkShape;
  readonly colour: PaletteName;
  /** Which event stands for its pixel column when several share it. */
  readonly rank: number;
}

const DEATH: Mark = { shape: 'cross', colour: 'danger', rank: 9 };
const WARNING: Mark = { shape: 'triangle', colour: 'warning', rank: 8 };
const MARK_OF_KIND: Readonly<Partial<Record<EventKind, Mark>>> = {
  'oom-kill': DEATH,
  'worker-sigkill': DEATH,
  'worker-signalled': DEATH,
  'systemd-oomd-kill': DEATH,
  'platform-oom': DEATH,
  'systemd-oom': DEATH,
  segfault: DEATH,
  'worker-timeout': WARNING,
  'systemd-stop-timeout': WARNING,
  'oom-invoked': { ...WARNING, rank: 7 },
  'worker-exit-code': { shape: 'diamond', colour: 'danger', rank: 6 },
  'systemd-process-exited': { shape: 'diamond', colour: 'danger', rank: 6 },
  traceback: { shape: 'square', colour: 'danger', rank: 5 },
  'worker-error': { shape: 'square', colour: 'danger', rank: 5 },
  'database-locked': { shape: 'square', colour: 'warning', rank: 5 },
  'worker-exiting': { shape: 'diamond', colour: 'muted', rank: 4 },
  'arbiter-stop': { shape: 'diamond', colour: 'muted', rank: 4 },
  'worker-boot': { shape: 'ring', colour: 'accent', rank: 3 },
  'arbiter-start': { shape: 'ring', colour: 'accent', rank: 3 },
};

function markOf(point: EventPoint, own: boolean): Mark {
  const mark = MARK_OF_KIND[point.kind];
  if (mark !== undefined) return mark;
  const severe = point.severity === 'emerg' || point.severity === 'alert' || point.severity === 'crit';
  if (severe || point.severity === 'err') return { shape: 'square', colour: 'danger', rank: 2 };
  if (point.severity === 'warning') return { shape: 'triangle', colour: 'warning', rank: 1.5 };
  return own ? { shape: 'dot', colour: 'accent', rank: 1 } : { shape: 'dot', colour: 'faint', rank: 0 };
}

const KIND_WORDS: Readonly<Partial<Record<EventKind, string>>> = {
  log: 'log entry',
  'worker-timeout': 'WORKER TIMEOUT',
  'worker-sigkill': 'SIGKILL of a worker',
  'worker-boot': 'worker boots',
  'oom-kill': 'OOM kill',
};

/**
 * Marks of one lane: at most one per pixel column, the most telling of its events, so that any number of events costs no
 * more than the width. The shape says what it is; colour only repeats it.
 */
export function laneMarks(
  points: readonly EventPoint[],
  scale: TimeScale,
  y: number,
  ownPid: number | null,
  describeTime: (point: EventPoint) => string,
): readonly SceneNode[] {
  const columns = new Map<number, { point: EventPoint; mark: Mark; count: number }>();
  for (const point of points) {
    if (point.time < scale.from || point.time > scale.to) continue;
    const mark = markOf(point, ownPid === null || point.pid === ownPid);
    const column = Math.round(timeToPx(scale, point.time));
    const held = columns.get(column);
    if (held === undefined) columns.set(column, { point, mark, count: 1 });
    else {
      held.count++;
      if (mark.rank > held.mark.rank) {
        held.point = point;
        held.mark = mark;
      }
    }
  }
  // Telling marks are drawn last, over their neighbours.
  const drawn = [...columns.entries()].sort(([, a], [, b]) => a.mark.rank - b.mark.rank);
  return drawn.map(([column, { point, mark, count }]) => {
    const words = KIND_WORDS[point.kind] ?? point.kind.replaceAll('-', ' ');
    const others = count > 1 ? `, and ${count - 1} more here` : '';
    const pid = point.pid === null ? '' : `, pid ${point.pid}`;
    return markNode(mark, column, y, { row: point.row, title: `${describeTime(point)} ${words}${pid}${others}` });
  });
}

function markNode(mark: Mark, x: number, y: number, base: { readonly row: number; readonly title: string }): SceneNode {
  const fill = mark.colour;
  switch (mark.shape) {
    case 'dot':
      return { ...base, type: 'circle', cx: x, cy: y, r: 2.5, fill };
    case 'ring':
      return { ...base, type: 'circle', cx: x, cy: y, r: 3.5, fill: 'surface', stroke: fill };
    case 'square':
      return { ...base, type: 'rect', x: x - 3, y: y - 3, width: 6, height: 6, fill };
    case 'triangle':
      return { ...base, type: 'path', d: `M${x},${y - 4.5}L${x + 5},${y + 4}L${x - 5},${y + 4}Z`, fill };
    case 'diamond':
      return { ...base, type: 'path', d: `M${x},${y - 4.5}L${x + 4.5},${y}L${x},${y + 4.5}L${x - 4.5},${y}Z`, fill };
    case 'cross': {
      const d = `M${x - 4},${y - 4}L${x + 4},${y + 4}M${x - 4},${y + 4}L${x + 4},${y - 4}`;
      return { ...base, type: 'path', d, stroke: fill, width: 2 };
    }
  }
}
