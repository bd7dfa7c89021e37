import type { Annotation } from '../model/annotation.ts';
import type { PlacedAnnotation } from '../model/placed-annotations.ts';
import type { EpochMicros } from '../model/time.ts';
import type { SceneNode } from './scene.ts';
import { type TimeScale, timeToPx } from './time-scale.ts';

/** Which mark stands for its pixel column where several share it. */
const RANK: Readonly<Record<Annotation['kind'], number>> = {
  event: 4,
  comment: 3,
  bookmark: 2,
  tag: 1,
  range: 0,
  hidden: -1,
};

/** Whether an annotation stands on a timeline. */
export function isOnTimeline({ annotation, time }: PlacedAnnotation): boolean {
  return annotation.kind !== 'hidden' && time !== null;
}

/** The lane of what the analyst put beside the evidence: stretches as bars, and above them a mark for each moment. */
export function annotationMarks(
  annotations: readonly PlacedAnnotation[],
  scale: TimeScale,
  y: number,
  describeTime: (time: EpochMicros) => string,
): readonly SceneNode[] {
  const bars: SceneNode[] = [];
  const columns = new Map<number, PlacedAnnotation[]>();
  for (const placed of annotations) {
    const { time, to, annotation } = placed;
    if (time === null || !isOnTimeline(placed)) continue;
    if (annotation.kind === 'range' && to !== null) {
      if (to < scale.from || time > scale.to) continue;
      const left = Math.max(scale.left, timeToPx(scale, time));
      const right = Math.min(scale.left + scale.width, timeToPx(scale, to));
      const title = `${describeTime(time)} to ${describeTime(to)} ${annotation.text}`;
      bars.push({
        type: 'rect',
        x: left,
        y: y - 5,
        width: Math.max(2, right - left),
        height: 10,
        radius: 2,
        fill: 'accent-soft',
        stroke: 'accent',
        title,
      });
    } else if (time >= scale.from && time <= scale.to) {
      const column = Math.round(timeToPx(scale, time));
      columns.set(column, [...(columns.get(column) ?? []), placed]);
    }
  }
  const marks = [...columns].map(([column, sharing]) => {
    const [most, ...others] = [...sharing].sort((a, b) => RANK[b.annotation.kind] - RANK[a.annotation.kind]);
    return most === undefined ? [] : [markNode(most, others.length, column, y, describeTime)];
  });
  return [...bars, ...marks.flat()];
}

function markNode(
  { annotation, time, row }: PlacedAnnotation,
  others: number,
  x: number,
  y: number,
  describeTime: (time: EpochMicros) => string,
): SceneNode {
  const when = time === null ? '' : `${describeTime(time)} `;
  const more = others > 0 ? `, and ${others} more here` : '';
  const base = { title: `${when}${wordsOf(annotation)}${more}`, ...(row === null ? {} : { row }) };
  switch (annotation.kind) {
    case 'event':
      return { ...base, type: 'path', d: `M${x},${y - 6}L${x + 6},${y}L${x},${y + 6}L${x - 6},${y}Z`, fill: 'accent' };
    case 'bookmark':
      return { ...base, type: 'path', d: `M${x - 4},${y - 6}h8v12l-4,-3.5l-4,3.5Z`, fill: 'accent' };
    case 'tag':
      return {
        ...base,
        type: 'path',
        d: `M${x - 5},${y - 4}h6l4,4l-4,4h-6Z`,
        fill: 'surface',
        stroke: 'accent',
        width: 1.5,
      };
    default:
      return {
        ...base,
        type: 'path',
        d: `M${x - 6},${y - 5}h12v8h-7l-3,3v-3h-2Z`,
        fill: 'surface',
        stroke: 'accent',
        width: 1.5,
      };
  }
}

function wordsOf(annotation: Annotation): string {
  switch (annotation.kind) {
    case 'bookmark':
      return `bookmark: ${annotation.record.message}`;
    case 'tag':
      return `tag ${annotation.tag}: ${annotation.record.message}`;
    case 'hidden':
      return annotation.template;
    default:
      return annotation.text;
  }
}
