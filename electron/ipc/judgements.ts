import type { RequestOf } from '../../shared/contract/ipc.ts';
import { isAbout, placeOf, subjectOf } from '../../shared/hypotheses/judged-facts.ts';
import { change, type JudgementHistory } from '../../shared/hypotheses/judgement-history.ts';
import { type Judgement, MOST_JUDGEMENTS } from '../../shared/model/judgement.ts';
import type { OpenCase } from '../case/open-case.ts';
import { UsageError } from '../threads/usage-error.ts';

/** Characters of a fact or an observation by which a change is named. */
const NAMED_CHARS = 80;

/** Overrules a fact of the analysis, or gives an overruled one another comment. Throws UsageError for a fact it lacks. */
export function overrule(
  { analysis, evidence, judgements: history }: OpenCase,
  { factId, comment }: RequestOf<'judgement.overrule'>,
): JudgementHistory {
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
  return change(history, `Overruling “${named(fact.text)}”`, [
    ...withRoom(others),
    { kind: 'overruling', id: freeId('overruling', history.judgements), about, factId, factText: fact.text, comment },
  ]);
}

/** Adds an observation about the analysed incident. Throws UsageError for a row that the case lacks. */
export function observe(
  { analysis, evidence, store, judgements: history }: OpenCase,
  { text, readings, time, row }: RequestOf<'judgement.observe'>,
): JudgementHistory {
  const place = row === null ? null : placeOf(store.event(row).source, evidence);
  return change(history, `Observing “${named(text)}”`, [
    ...withRoom(history.judgements),
    {
      kind: 'observation',
      id: freeId('observation', history.judgements),
      about: subjectOf(analysis.incident, evidence),
      text,
      readings,
      time,
      place,
    },
  ]);
}

/** Takes one judgement back. Throws UsageError where there is none of that id. */
export function withdraw({ judgements: history }: OpenCase, id: string): JudgementHistory {
  const gone = history.judgements.find((judgement) => judgement.id === id);
  if (gone === undefined) throw new UsageError('There is no such overruling or observation in this case.');
  const what = named(gone.kind === 'overruling' ? gone.factText : gone.text);
  return change(
    history,
    `Withdrawing “${what}”`,
    history.judgements.filter((judgement) => judgement !== gone),
  );
}

/** Takes those of a file in place of those of the case. */
export function replaceAll(history: JudgementHistory, judgements: readonly Judgement[]): JudgementHistory {
  return change(history, 'Opening notes', judgements);
}

function withRoom(judgements: readonly Judgement[]): readonly Judgement[] {
  if (judgements.length < MOST_JUDGEMENTS) return judgements;
  throw new UsageError(`A case holds at most ${MOST_JUDGEMENTS} overrulings and observations.`);
}

function freeId(kind: Judgement['kind'], judgements: readonly Judgement[]): string {
  const taken = new Set(judgements.map(({ id }) => id));
  let number = 1;
  while (taken.has(`${kind}-${number}`)) number += 1;
  return `${kind}-${number}`;
}

function named(text: string): string {
  return text.length <= NAMED_CHARS ? text : `${text.slice(0, NAMED_CHARS - 1).trimEnd()}…`;
}
