import type { AnnotationOutcome, RequestOf } from '../../shared/contract/ipc.ts';
import type { ActionContext } from './attempt.ts';

/** What a person puts beside the evidence, and takes away: each is answered by the annotations as they then are. */
export interface AnnotationActions {
  bookmark(rows: readonly number[], isSet: boolean): Promise<void>;
  tag(rows: readonly number[], tag: string, isSet: boolean): Promise<void>;
  comment(row: number, text: string): Promise<void>;
  commentRange(range: RequestOf<'annotation.commentRange'>): Promise<void>;
  addEvent(event: RequestOf<'annotation.addEvent'>): Promise<void>;
  editAnnotation(edited: RequestOf<'annotation.edit'>): Promise<void>;
  /** Hides the messages that are like that of an event. */
  hideLike(row: number): Promise<void>;
  removeAnnotations(ids: readonly string[]): Promise<void>;
}

/** These actions over a bridge; failures are told and never thrown. */
export function annotationActions({ bridge, dispatch, attempt, tell }: ActionContext): AnnotationActions {
  const annotate = (failure: string, ask: () => Promise<AnnotationOutcome>, done?: string): Promise<void> =>
    attempt(failure, ask, (outcome) => {
      if (outcome.status !== 'annotated') return;
      dispatch({ type: 'annotated', annotations: outcome.annotations });
      if (done !== undefined) tell('done', done, null);
    });
  return {
    bookmark: (rows, isSet) =>
      annotate('The bookmark was not set', () => bridge.request('annotation.bookmark', { rows: [...rows], isSet })),
    tag: (rows, tag, isSet) =>
      annotate('The tag was not set', () => bridge.request('annotation.tag', { rows: [...rows], tag, isSet })),
    comment: (row, text) =>
      annotate('The comment was not added', () => bridge.request('annotation.comment', { row, text })),
    commentRange: (range) =>
      annotate('The comment was not added', () => bridge.request('annotation.commentRange', range)),
    addEvent: (event) => annotate('The event was not added', () => bridge.request('annotation.addEvent', event)),
    editAnnotation: (edited) => annotate('It was not changed', () => bridge.request('annotation.edit', edited)),
    hideLike: (row) =>
      annotate(
        'The messages were not hidden',
        () => bridge.request('annotation.hide', { row }),
        'Messages like this one are hidden',
      ),
    removeAnnotations: (ids) =>
      annotate('It was not removed', () => bridge.request('annotation.remove', { ids: [...ids] })),
  };
}
