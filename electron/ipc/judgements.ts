import type { RequestOf } from '../../shared/contract/ipc.ts';
import { isAbout, subjectOf } from '../../shared/hypotheses/judged-facts.ts';
import { type Judgement, MOST_JUDGEMENTS } from '../../shared/model/judgement.ts';
import { placeOf } from '../../shared/model/record-place.ts';
import { change, type WorkHistory } from '../../shared/model/work-history.ts';
import type { OpenCase } from '../case/open-case.ts';
import { UsageError } from '../threads/usage-error.ts';
import { freeId, named } from './work-names.ts';

/** Overrules a fact of the analysis, or gives an overruled one another comment. Throws UsageError for a fact it lacks. */
export function overrule(
  { analysis, evidence, work: history }: OpenCase,
  { factId, comment }: RequestOf<'judgement.overrule'>,
): WorkHistory {
  const fact = analysis.facts.find(({ id, isObservation }) => id === factId && isObservation !== true);
  if (fact === undefined)
    throw new UsageError('The analysis has no such fact; what you observed yourself is withdrawn instead.');
  const about = subjectOf(analysis.incident, evidence);
  const others = history.judgements.filter(
    (judgement) =>
      judgement.kind !== 'overruling' ||
      judgement.factId !== factId ||
      !isAbout(judgement.about, analysis.incident, evidence),
  );
  const id = freeId('overruling', history.judgements);
  return change(history, `Overruling “${named(fact.text)}”`, {
    judgements: [...withRoom(others), { kind: 'overruling', id, about, factId, factText: fact.text, comment }],
  });
}

/** Adds an observation about the analysed incident. Throws UsageError for a row that the case lacks. */
export function observe(
  { analysis, evidence, store, work: history }: OpenCase,
  { text, readings, time, row }: RequestOf<'judgement.observe'>,
): WorkHistory {
  const place = row === null ? null : placeOf(store.event(row).source, evidence);
  const observation: Judgement = {
    kind: 'observation',
    id: freeId('observation', history.judgements),
    about: subjectOf(analysis.incident, evidence),
    text,
    readings,
    time,
    place,
  };
  return change(history, `Observing “${named(text)}”`, {
    judgements: [...withRoom(history.judgements), observation],
  });
}

/** Takes one judgement back. Throws UsageError where there is none of that id. */
export function withdraw({ work: history }: OpenCase, id: string): WorkHistory {
  const gone = history.judgements.find((judgement) => judgement.id === id);
  if (gone === undefined) throw new UsageError('There is no such overruling or observation in this case.');
  const what = named(gone.kind === 'overruling' ? gone.factText : gone.text);
  return change(history, `Withdrawing “${what}”`, {
    judgements: history.judgements.filter((judgement) => judgement !== gone),
  });
}

/** Takes those of a file in place of those of the case. */
export function replaceAll(history: WorkHistory, judgements: readonly Judgement[]): WorkHistory {
  return change(history, 'Opening notes', { judgements });
}

function withRoom(judgements: readonly Judgement[]): readonly Judgement[] {
  if (judgements.length < MOST_JUDGEMENTS) return judgements;
  throw new UsageError(`A case holds at most ${MOST_JUDGEMENTS} overrulings and observations.`);
}
