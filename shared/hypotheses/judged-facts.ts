import type { Fact, HypothesisId, Incident, OverruledFact } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { type Judgement, type Observation, STRENGTH_WEIGHTS, type Subject } from '../model/judgement.ts';
import { placeOf, rowOf } from '../model/record-place.ts';

/** Facts as they are after judgements. */
export interface JudgedFacts {
  /** Those that count. */
  readonly weighed: readonly Fact[];
  /** Those that are listed: what was found, overruled or not, and what was observed. */
  readonly facts: readonly Fact[];
  readonly overruled: readonly OverruledFact[];
}

/** Applies judgements to the facts about an incident. Those about another incident, or about a fact that is not there, rest. */
export function judgedFacts(
  evidence: CaseEvidence,
  incident: Incident | null,
  found: readonly Fact[],
  judgements: readonly Judgement[],
): JudgedFacts {
  const concerned = judgements.filter(({ about }) => isAbout(about, incident, evidence));
  const ids = new Set(found.map(({ id }) => id));
  const overruled = concerned.flatMap((judgement): readonly OverruledFact[] =>
    judgement.kind === 'overruling' && ids.has(judgement.factId)
      ? [{ judgementId: judgement.id, factId: judgement.factId, comment: judgement.comment }]
      : [],
  );
  const silenced = new Set(overruled.map(({ factId }) => factId));
  const observations = concerned
    .filter((judgement) => judgement.kind === 'observation')
    .map((observation) => factOf(observation, evidence));
  return {
    weighed: [...found.filter(({ id }) => !silenced.has(id)), ...observations],
    facts: [...found, ...observations],
    overruled,
  };
}

/** Moments that show an incident itself; its steps and what came after are not always read the same. */
const IDENTIFYING: ReadonlySet<Incident['moments'][number]['id']> = new Set([
  'operation-start',
  'timeout',
  'end',
  'oom-kill',
]);

/** What tells an incident again in another reading of the same evidence; empty for none: the case as a whole. */
export function subjectOf(incident: Incident | null, evidence: CaseEvidence): Subject {
  const moments = incident?.moments ?? [];
  const identifying = moments.filter(({ id }) => IDENTIFYING.has(id));
  return (identifying.length > 0 ? identifying : moments).flatMap(({ source }) => {
    const place = source === null ? null : placeOf(source, evidence);
    return place === null ? [] : [place];
  });
}

/** Whether a judgement is about this incident, or about the case as a whole. */
export function isAbout(subject: Subject, incident: Incident | null, evidence: CaseEvidence): boolean {
  if (subject.length === 0) return true;
  if (incident === null) return false;
  const rows = new Set(incident.moments.map(({ row }) => row).filter((row) => row !== null));
  return subject.some((place) => {
    const row = rowOf(place, evidence);
    return row !== null && rows.has(row);
  });
}

const OBSERVED = 'an observation of whoever analysed the case; no saved file shows it';

function factOf({ id, text, readings, place }: Observation, evidence: CaseEvidence): Fact {
  const weights: Partial<Record<HypothesisId, number>> = {};
  const decides: Partial<Record<HypothesisId, 'for' | 'against'>> = {};
  for (const { hypothesis, speaks, strength } of readings) {
    weights[hypothesis] = STRENGTH_WEIGHTS[strength] * (speaks === 'for' ? 1 : -1);
    if (strength !== 'slightly') decides[hypothesis] = speaks;
  }
  const file = place === null ? undefined : evidence.files.find(({ sha256 }) => sha256 === place.sha256);
  const row = place === null ? null : rowOf(place, evidence);
  return {
    id,
    text,
    weights,
    decides,
    sources:
      place === null || file === undefined
        ? []
        : [{ evidenceId: file.id, byteOffset: place.byteOffset, byteLength: place.byteLength, line: place.line }],
    rows: row === null ? [] : [row],
    basis: OBSERVED,
    isObservation: true,
  };
}
