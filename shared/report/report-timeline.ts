import type { Analysis } from '../model/analysis.ts';
import type { Annotation } from '../model/annotation.ts';
import type { CaseEvidence } from '../model/case.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { placeAnnotations } from '../model/placed-annotations.ts';
import { type EpochMicros, epochMicros } from '../model/time.ts';
import type { EventPoint } from '../model/views.ts';
import type { ReportTimeline } from './report.ts';
import { NOTABLE_KINDS } from './select-key-events.ts';
import { utcStamp } from './words.ts';

/** Points of everybody's lines that are read for the figure; the incident's own and the notable ones come in any case. */
const MAX_OTHER_POINTS = 2_000;

/** The figure's input and its range: the incident with a little room, else all there is; null when there is nothing. */
export function reportTimeline(
  evidence: CaseEvidence,
  analysis: Analysis,
  keyEvents: readonly EvidenceEvent[],
  annotations: readonly Annotation[],
): ReportTimeline | null {
  const range = rangeOf(evidence, analysis);
  if (range === null) return null;
  const { from, to } = range;
  const { incident } = analysis;
  const byRow = new Map<number, EvidenceEvent>();
  const add = (events: readonly EvidenceEvent[]): void => {
    for (const event of events) if (event.time >= from && event.time <= to) byRow.set(event.row, event);
  };
  add(evidence.events.between(from, to, MAX_OTHER_POINTS));
  add(evidence.events.ofKinds(NOTABLE_KINDS));
  if (incident !== null && incident.pid !== null) {
    add(evidence.events.at(incident.place ?? null).ofPid(incident.pid, from, to));
  }
  add(keyEvents);
  const points = [...byRow.values()].sort((a, b) => a.row - b.row).map(pointOf);
  const { processes, vmstat, hostMemory } = evidence;
  return {
    input: { incident, points, processes, vmstat, hostMemory, annotations: placeAnnotations(annotations, evidence) },
    from,
    to,
    caption: `${utcStamp(from)} to ${utcStamp(to)}. Circle: worker or master boots; dot: log line; triangle: timeout or warning; cross: a process was killed; square: error; diamond: exit.`,
  };
}

function pointOf({ row, time, kind, severity, pid, source }: EvidenceEvent): EventPoint {
  return { row, time, kind, severity, pid, evidenceId: source.evidenceId };
}

function rangeOf(
  evidence: CaseEvidence,
  analysis: Analysis,
): { readonly from: EpochMicros; readonly to: EpochMicros } | null {
  const { incident } = analysis;
  if (incident !== null) {
    const room = Math.max(500_000, (incident.end - incident.start) * 0.04);
    return { from: epochMicros(incident.start - room), to: epochMicros(incident.end + room) };
  }
  const spans = evidence.files.map(({ id }) => evidence.events.span(id)).filter((span) => span !== null);
  if (spans.length === 0) return null;
  return {
    from: epochMicros(spans.reduce((least, span) => Math.min(least, span.from), Number.POSITIVE_INFINITY)),
    to: epochMicros(spans.reduce((most, span) => Math.max(most, span.to), Number.NEGATIVE_INFINITY)),
  };
}
