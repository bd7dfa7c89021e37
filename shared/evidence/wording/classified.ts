import type { EventDetail, EventKind, Severity } from '../../model/event.ts';

/** What one family of wordings makes of a text. */
export interface Classified {
  readonly kind: EventKind;
  readonly detail: EventDetail;
  /** How grave it is, where its writer prints no level. */
  readonly severity?: Severity | null;
}
