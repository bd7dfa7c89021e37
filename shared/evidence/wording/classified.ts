import type { EventDetail, EventKind } from '../../model/event.ts';

/** What one family of wordings makes of a text. */
export interface Classified {
  readonly kind: EventKind;
  readonly detail: EventDetail;
}
