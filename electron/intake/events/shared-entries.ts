import { FORMATS } from '../../../shared/evidence/formats/table.ts';
import type { KnownEntries } from '../../../shared/evidence/reading/known-entries.ts';
import type { ParseContext, ParsedEvent } from '../../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../../shared/model/time.ts';
import type { FoundFile } from '../../files/inventory.ts';
import { EvidenceReader } from '../../files/read-only.ts';
import type { TimeContext } from '../time-plan.ts';

/** Stretches of a file that are looked at for entries that another source has too, spread evenly. */
const STRETCHES = 16;
const STRETCH_BYTES = 128 * 1024;
const QUARTER_MICROS = 15 * 60 * MICROS_PER_SECOND;
/** No zone lies farther from UTC. */
const FARTHEST_ZONE_MICROS = 14 * 3600 * MICROS_PER_SECOND;
/** Both logs wrote the entry down within this span of one another, besides the second that a stamp is cut to. */
const LAG_MICROS = 2 * MICROS_PER_SECOND;

/** The first bytes of a file as text; empty when it cannot be read. */
export function headText(file: FoundFile): string {
  return stretchesOf(file, 1)[0] ?? '';
}

/**
 * The zone of a file whose stamps print none, by entries that another source has with their instants: the printed time
 * read as UTC, minus the instant, is the zone's distance. Also a moment near its stamps, for their year. Null when it shares
 * no entry with any source.
 */
export function timeBySharedEntries(
  file: {
    readonly found: FoundFile;
    readonly format: EvidenceFormat;
    readonly told: { readonly zoneMinutes: number | null };
  },
  context: ParseContext,
  known: KnownEntries,
): TimeContext | null {
  const { create } = FORMATS[file.format];
  if (create === null || file.told.zoneMinutes !== null) return null;
  const votes = new Map<number, { count: number; instant: EpochMicros }>();
  for (const text of stretchesOf(file.found, STRETCHES)) {
    const parser = create({ ...context, offsetMinutes: 0 });
    const items = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
    for (const item of items) {
      const vote = item.type === 'event' ? zoneVote(item.event, known) : null;
      if (vote === null) continue;
      const votesOfZone = votes.get(vote.offsetMinutes);
      if (votesOfZone === undefined) votes.set(vote.offsetMinutes, { count: 1, instant: vote.instant });
      else votesOfZone.count += 1;
    }
  }
  const best = [...votes].sort(([, a], [, b]) => b.count - a.count)[0];
  if (best === undefined) return null;
  const [offsetMinutes, { instant }] = best;
  return { offsetMinutes, zoneFrom: 'other-source', nearTime: instant, nearTimeFrom: 'other-source' };
}

function zoneVote(
  event: ParsedEvent,
  known: KnownEntries,
): { readonly offsetMinutes: number; readonly instant: EpochMicros } | null {
  const instant = known.instantOf(event.message);
  if (instant === null) return null;
  const distance = event.time - instant;
  const quarters = Math.round(distance / QUARTER_MICROS);
  const isZone = Math.abs(distance) <= FARTHEST_ZONE_MICROS + LAG_MICROS;
  const fits = Math.abs(distance - quarters * QUARTER_MICROS) <= event.resolutionMicros + LAG_MICROS;
  return isZone && fits ? { offsetMinutes: quarters * 15, instant } : null;
}

/** Pieces of a file as text, each from the beginning of a line on. */
function stretchesOf(file: FoundFile, wanted: number): readonly string[] {
  try {
    const reader = new EvidenceReader(file.absolutePath);
    try {
      const { bytes } = reader.stamp;
      const count = Math.max(1, Math.min(wanted, Math.ceil(bytes / STRETCH_BYTES)));
      return Array.from({ length: count }, (_, index) => {
        const from = count === 1 ? 0 : Math.floor((index / (count - 1)) * Math.max(0, bytes - STRETCH_BYTES));
        const text = new TextDecoder('utf-8').decode(reader.at(from, STRETCH_BYTES));
        return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
      });
    } finally {
      reader.close();
    }
  } catch {
    // It is reported when it is read.
    return [];
  }
}
