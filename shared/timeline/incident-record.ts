import type { Incident } from '../model/analysis.ts';
import type { EvidenceEvent, Place } from '../model/event.ts';
import type { Death } from './deaths.ts';
import type { Operation } from './operations.ts';

/** An incident together with what it was recognised by: the analysis reads this, the views read the incident. */
export interface IncidentRecord {
  readonly incident: Incident;
  /** Where its process ran; see EventSource. */
  readonly place: Place;
  readonly death: Death | null;
  readonly operation: Operation | null;
  /** The line by which a failed operation announced itself; null for deaths and for what hangs. */
  readonly failure: EvidenceEvent | null;
}
