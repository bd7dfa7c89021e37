import { FORMATS } from '../../shared/evidence/formats/table.ts';
import type { Dated } from '../../shared/evidence/reading/format.ts';
import type { EvidenceFormat, TimeResolution } from '../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { ZoneName } from '../../shared/model/zone.ts';

/** The part of a parse context that says how stamps become instants. */
export interface TimeContext {
  readonly offsetMinutes: number;
  readonly zone?: ZoneName;
  readonly zoneFrom: TimeResolution['zoneFrom'];
  readonly nearTime: EpochMicros | null;
  readonly nearTimeFrom: TimeResolution['yearFrom'];
  /** How far the others' events reach to either side of it. */
  readonly nearReachMicros?: number;
}

/**
 * Whether a file's stamps need nothing from elsewhere, given the zone that they tell (null: none). Such files are read
 * first, and date the others.
 */
export function datesItself(format: EvidenceFormat, zoneMinutes: number | null): boolean {
  // What is dated best by the same entries in another source waits for it, even where a logger's stamp stands in its lines.
  return DATES_ITSELF[FORMATS[format].dated] ?? zoneMinutes !== null;
}

/** Null: by the zone that it tells. */
const DATES_ITSELF: Readonly<Record<Dated, boolean | null>> = {
  itself: true,
  'by-zone': null,
  'by-year': false,
  'by-ties': false,
  'by-copies': false,
  undated: null,
};

export const DATING_ORDERS = [0, 1, 2] as const;

/**
 * The order in which files that need others are read: uptime is dated by any other file, also by one that had to wait for
 * a year, and a text without stamps by both.
 */
export function datingOrder(format: EvidenceFormat): (typeof DATING_ORDERS)[number] {
  const { dated } = FORMATS[format];
  return dated === 'by-copies' ? 2 : dated === 'by-ties' ? 1 : 0;
}

/** What the files that date themselves tell about the others. */
export class TimeKnowledge {
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #journalZone: number | null = null;
  #otherZone: number | null = null;

  /** Takes in a file that dates itself; `span` are its first and last event. */
  learn(
    format: EvidenceFormat,
    zoneMinutes: number | null,
    span: { readonly from: number; readonly to: number } | null,
  ): void {
    if (span !== null) {
      this.#from = Math.min(this.#from, span.from);
      this.#to = Math.max(this.#to, span.to);
    }
    // An application's log may be in any zone, so it speaks only where no journal does.
    if (FORMATS[format].printsHostZone) this.#journalZone ??= zoneMinutes;
    else this.#otherZone ??= zoneMinutes;
  }

  /** How to read the stamps of a file: by its own zone, else by that of others, else as UTC; near the others' events. */
  contextFor(zoneMinutes: number | null, modified: EpochMicros | null): TimeContext {
    const others = this.#journalZone ?? this.#otherZone;
    const dated = this.#from <= this.#to;
    return {
      offsetMinutes: zoneMinutes ?? others ?? 0,
      zoneFrom: zoneMinutes !== null ? 'file' : others !== null ? 'other-source' : 'assumed',
      nearTime: dated ? epochMicros(this.#from + (this.#to - this.#from) / 2) : modified,
      nearTimeFrom: dated ? 'other-source' : 'assumed',
      nearReachMicros: dated ? (this.#to - this.#from) / 2 : 0,
    };
  }
}

/** Which of a file's stamps its zone's rules leave in doubt, for people; null when none. */
export function doubtfulTime(time: TimeResolution | null): string | null {
  const { doubts, zone } = time ?? {};
  if (doubts === undefined || zone === undefined) return null;
  const { comesTwice, leftOut } = doubts;
  const parts = [
    ...(comesTwice > 0
      ? [
          `${comesTwice} fell into an hour that comes twice and were told apart by the order of the entries, or taken as the first where that does not tell`,
        ]
      : []),
    ...(leftOut > 0 ? [`${leftOut} fell into an hour that is left out and were read as one hour later`] : []),
  ];
  return `The clocks of ${zone} were changed while it was written: of its stamps, ${parts.join('; ')}. A journal export with -o short-iso-precise or --utc leaves no doubt.`;
}

/** What had to be assumed about a file's stamps, for people; null when nothing was. */
export function assumedTime(time: TimeResolution | null): string | null {
  if (time === null) return null;
  const zone = time.offsetMinutes !== null && time.zoneFrom === 'assumed';
  const year = time.year !== null && time.yearFrom === 'assumed';
  if (!zone && !year) return null;
  const assumed = [
    ...(zone ? ['they were read as UTC, since nothing tells their zone'] : []),
    ...(year ? [`the year ${time.year} was taken from the file's modification time`] : []),
  ];
  return `Its stamps do not say everything: ${assumed.join(', and ')}. A journal export with -o short-iso-precise of the same host settles it.`;
}
