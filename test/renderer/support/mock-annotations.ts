import type { OpenCase } from '../../../electron/case/open-case.ts';
import * as annotating from '../../../electron/ipc/annotations.ts';
import type { AnnotationOutcome, ConclusionOutcome, RequestName, RequestOf } from '../../../shared/contract/ipc.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import { placeAnnotations } from '../../../shared/model/placed-annotations.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { NO_WORK, redo, undo, type WorkHistory } from '../../../shared/model/work-history.ts';

interface AnnotatedMock {
  readonly view: CaseView;
  readonly events: readonly EvidenceEvent[];
}
type AnnotationRequest = Extract<RequestName, `annotation.${string}`>;
type AnnotationHandlers = {
  readonly [N in AnnotationRequest]: (payload: RequestOf<N>) => Promise<AnnotationOutcome>;
};

/** The app's own annotations over the events of a mock case, with their undo. */
export function mockAnnotations(
  current: () => AnnotatedMock | null,
  replace: (view: CaseView) => void,
): AnnotationHandlers & {
  readonly 'work.undo': () => Promise<ConclusionOutcome>;
  readonly 'work.redo': () => Promise<ConclusionOutcome>;
} {
  let work: WorkHistory = NO_WORK;
  const take = (change: (open: ReturnType<typeof annotatedCase>) => WorkHistory): CaseView => {
    const mock = current();
    if (mock === null) throw new Error('No case is open.');
    work = change(annotatedCase(mock, work));
    const { evidence } = annotatedCase(mock, work);
    const view: CaseView = {
      ...mock.view,
      annotations: {
        entries: placeAnnotations(work.annotations, evidence),
        undo: work.done.at(-1)?.what ?? null,
        redo: work.undone.at(-1)?.what ?? null,
      },
    };
    replace(view);
    return view;
  };
  const annotate = async (change: Parameters<typeof take>[0]): Promise<AnnotationOutcome> => ({
    status: 'annotated',
    annotations: take(change).annotations,
  });
  const step = async (change: (history: WorkHistory) => WorkHistory): Promise<ConclusionOutcome> => {
    const { analysis, judgements, annotations } = take((open) => change(open.work));
    return { status: 'concluded', analysis, judgements, annotations };
  };
  return {
    'annotation.bookmark': (payload) => annotate((open) => annotating.bookmark(open, payload)),
    'annotation.tag': (payload) => annotate((open) => annotating.tag(open, payload)),
    'annotation.comment': (payload) => annotate((open) => annotating.comment(open, payload)),
    'annotation.commentRange': (payload) => annotate((open) => annotating.commentRange(open, payload)),
    'annotation.addEvent': (payload) => annotate((open) => annotating.addEvent(open, payload)),
    'annotation.edit': (payload) => annotate((open) => annotating.edit(open, payload)),
    'annotation.hide': (payload) => annotate((open) => annotating.hide(open, payload)),
    'annotation.remove': (payload) => annotate((open) => annotating.remove(open, payload)),
    'work.undo': () => step(undo),
    'work.redo': () => step(redo),
  };
}

function annotatedCase(
  { view, events }: AnnotatedMock,
  work: WorkHistory,
): Pick<OpenCase, 'evidence' | 'store' | 'work'> {
  const event = (row: number): EvidenceEvent => {
    const found = events[row];
    if (found === undefined) throw new RangeError(`there is no event ${row}`);
    return found;
  };
  const source = {
    count: events.length,
    event,
    timeOf: (row: number) => event(row).time,
    rowAt: (evidenceId: string, byteOffset: number) =>
      events.find(({ source: place }) => place.evidenceId === evidenceId && place.byteOffset === byteOffset)?.row ??
      null,
  };
  // What annotations ask of a case, and nothing else.
  const evidence = { files: view.files, events: source } as unknown as OpenCase['evidence'];
  return { evidence, store: source as unknown as OpenCase['store'], work };
}
