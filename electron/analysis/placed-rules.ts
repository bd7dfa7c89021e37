import type { PlacedRules } from '../../shared/contract/analysis-protocol.ts';
import type { EventColumns } from '../../shared/model/event-columns.ts';
import { existing } from '../../shared/model/existing.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { RuleOutcome } from '../../shared/model/rules.ts';
import { epochMicros } from '../../shared/model/time.ts';
import { EventPlaces } from '../events/event-places.ts';

/** Takes down where the hits lie, in the columns that the rules were applied to. */
export function placedRules(outcome: RuleOutcome, { columns }: Pick<ImportedEvidence, 'columns'>): PlacedRules {
  return {
    outcome,
    places: outcome.rules.map(({ hits }) =>
      hits.map(({ row }) => ({
        fileIndex: existing(columns.fileIndex[row], row),
        byteOffset: existing(columns.byteOffset[row], row),
      })),
    ),
  };
}

/**
 * The same hits by the rows of other columns of the case. Which events make a sequence is not asked again: that was decided
 * under the corrections of clocks with which the rules were applied.
 */
export function rulesAt({ outcome, places }: PlacedRules, columns: EventColumns): RuleOutcome {
  const events = new EventPlaces(columns);
  return {
    ...outcome,
    rules: outcome.rules.map((rule, index) => ({
      ...rule,
      hits: (places[index] ?? [])
        .flatMap(({ fileIndex, byteOffset }) => {
          const row = events.rowAt(fileIndex, byteOffset);
          return row === null ? [] : [{ row, time: epochMicros(existing(columns.time[row], row)) }];
        })
        .sort((a, b) => a.row - b.row),
    })),
  };
}
