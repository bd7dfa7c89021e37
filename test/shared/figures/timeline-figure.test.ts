import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scene, SceneNode } from '../../../shared/figures/scene.ts';
import { estimateTextWidth } from '../../../shared/figures/text-width.ts';
import { utcTickLabel } from '../../../shared/figures/time-scale.ts';
import { layoutTimeline, type TimelineInput, timelineScale } from '../../../shared/figures/timeline-figure.ts';
import { addSeconds, type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import type { EventPoint } from '../../../shared/model/views.ts';
import { runs } from '../../support/properties.ts';
import { referenceAnalysis, referenceView } from '../../support/reference-case.ts';

const incident = referenceAnalysis().incident;
if (incident === null) throw new Error('the reference case has an incident');
const { points, processes, vmstat, hostMemory } = referenceView();
const INPUT: TimelineInput = { incident, points, processes, vmstat, hostMemory };
const EMPTY: TimelineInput = { incident: null, points: [], processes: [], vmstat: [], hostMemory: [] };
const FROM = addSeconds(incident.start, -5);
const TO = addSeconds(incident.end, 5);

function layout(input: TimelineInput, width = 1_100, from: EpochMicros = FROM, to: EpochMicros = TO): Scene {
  return layoutTimeline(input, { width, from, to, timeLabel: utcTickLabel });
}
function texts(scene: Scene): readonly Extract<SceneNode, { type: 'text' }>[] {
  return scene.nodes.filter((node) => node.type === 'text');
}
function words(scene: Scene): string {
  return texts(scene)
    .map(({ text }) => text)
    .join('\n');
}
/** Every number that a node is drawn with. */
function numbers(scene: Scene): readonly number[] {
  return scene.nodes.flatMap((node) =>
    Object.entries(node).flatMap(([key, value]): number[] => {
      if (typeof value === 'number') return [value];
      if (key === 'd' && typeof value === 'string') return (value.match(/NaN|-?[\d.]+/g) ?? []).map(Number);
      return [];
    }),
  );
}

describe('the timeline', () => {
  it.each([1_100, 515])('shows the reference incident whole at %i', (width) => {
    const shown = words(layout(INPUT, width));
    for (const label of [
      'import to timeout 92.5 s',
      '20.7 s',
      'parse 64.9 s',
      'WORKER TIMEOUT 04:11:54.570',
      'SIGKILL 04:12:15.229',
      'VPN job 14 starts 04:10:22.070',
      'last heartbeat 04:11:24.570',
      'peak 663 MB',
      'UTC',
      '2026-01-28',
    ]) {
      expect(shown).toContain(label);
    }
    expect(shown).not.toContain('parse starts');
  });

  it('leads from marks and markers to their events', () => {
    const rows = new Set(layout(INPUT).nodes.map((node) => node.row));
    expect(rows).toContain(10);
    expect(rows).toContain(11);
  });

  it('draws the last heartbeat dashed, because no event shows it', () => {
    const line = layout(INPUT).nodes.find((node) => node.type === 'line' && node.title?.startsWith('last heartbeat'));
    expect(line).toMatchObject({ dash: '4 3' });
    expect(line).not.toHaveProperty('row');
  });

  it.each([1_100, 515, 320])('keeps labels apart and inside at %i', (width) => {
    const scene = layout(INPUT, width);
    const boxes = texts(scene).map(({ x, y, text, size, weight, anchor }) => {
      // A little less than the estimate, which errs towards more room.
      const wide = estimateTextWidth(text, size, weight) * 0.93;
      const left = anchor === 'end' ? x - wide : anchor === 'middle' ? x - wide / 2 : x;
      return { text, left, right: left + wide, top: y - size * 0.72, bottom: y };
    });
    boxes.forEach((a, index) => {
      expect(a.left, a.text).toBeGreaterThanOrEqual(-1);
      if (width > 400) expect(a.right, a.text).toBeLessThanOrEqual(width + 1);
      for (const b of boxes.slice(index + 1)) {
        if (width <= 400 || a.text.startsWith('peak') || b.text.startsWith('peak')) continue;
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, `${a.text} / ${b.text}`).toBe(true);
      }
    });
  });

  it('takes any range, also before, after and within a microsecond, and draws finite numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 4e15 })),
        fc.integer({ min: 120, max: 2_000 }),
        (shift, span, width) => {
          const from = epochMicros(incident.start + shift);
          const scene = layout(INPUT, width, from, epochMicros(from + span));
          expect(numbers(scene).every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('stays small with 20,000 events and keeps the telling ones', () => {
    const many = Array.from(
      { length: 20_000 },
      (_, index): EventPoint => ({
        row: 100 + index,
        time: addSeconds(incident.start, index * 0.005),
        kind: index === 7_777 ? 'traceback' : 'log',
        severity: 'info',
        pid: index % 3 === 0 ? 23333 : 1,
        evidenceId: 'e2',
      }),
    );
    const scene = layout({ ...INPUT, points: [...points, ...many] });
    const { width } = timelineScale(1_100, FROM, TO);
    expect(scene.nodes.length).toBeLessThan(3 * width);
    expect(scene.nodes.some(({ row }) => row === 100 + 7_777)).toBe(true);
  });

  it('shows lanes alone without an incident, one event, or none', () => {
    const lanes = words(layout({ ...INPUT, incident: null }));
    expect(lanes).toContain('arbiter');
    expect(lanes).not.toContain('WORKER TIMEOUT 04');
    expect(words(layout({ ...EMPTY, points: points.slice(0, 1) }))).toContain('no kernel events');
    const nothing = words(layout(EMPTY));
    expect(nothing).toContain('no app events');
    expect(nothing).toContain('no dated memory samples');
  });

  it('shows an incident without duration', () => {
    const instant = { ...incident, start: incident.end, phases: [] };
    const scene = layout({ ...INPUT, incident: instant }, 515, incident.end, incident.end);
    expect(words(scene)).toContain('SIGKILL');
    expect(numbers(scene).every(Number.isFinite)).toBe(true);
  });

  it('gives the memory lane what height is left', () => {
    const tall = layoutTimeline(INPUT, { width: 1_100, height: 600, from: FROM, to: TO, timeLabel: utcTickLabel });
    expect(tall.height).toBe(600);
    expect(layout(INPUT).height).toBeLessThan(400);
  });

  it('draws a million-sample memory curve with a few points per pixel and keeps its peak', () => {
    const base = processes[0];
    if (base === undefined) throw new Error('the reference case has samples');
    const dense = Array.from({ length: 100_000 }, (_, index) => ({
      ...base,
      pid: 23333,
      time: addSeconds(FROM, index * 0.0012),
      rssBytes: index === 54_321 ? 900_000_000 : 100_000_000 + (index % 7),
    }));
    const scene = layout({ ...INPUT, processes: dense });
    const longest = Math.max(...scene.nodes.map((node) => (node.type === 'path' ? node.d.length : 0)));
    expect(longest).toBeLessThan(200_000);
    expect(words(scene)).toContain('peak 900 MB');
  });

  it('falls back to the memory of the host where no process was sampled', () => {
    expect(words(layout({ ...INPUT, processes: [] }))).toContain('free memory of the host');
  });
});
