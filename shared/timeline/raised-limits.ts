import { type RaisedLimit, raisedLimit } from '../evidence/wording/classify-supervisor.ts';
import type { EvidenceEvent } from '../model/event.ts';

const READ_CHARACTERS = 16_384;

/** The first of these lines that tells of a time limit which was raised within the work. */
export function raisedWithin(
  lines: readonly EvidenceEvent[],
): { readonly event: EvidenceEvent; readonly limit: RaisedLimit } | null {
  for (const event of lines) {
    const { message } = event;
    const limit =
      raisedLimit(message.slice(0, READ_CHARACTERS)) ??
      (message.length > READ_CHARACTERS ? raisedLimit(message.slice(-READ_CHARACTERS)) : null);
    if (limit !== null) return { event, limit };
  }
  return null;
}
