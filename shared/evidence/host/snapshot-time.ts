import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_SECOND, type WallClock } from '../../model/time.ts';
import { problemItem } from '../reading/lines.ts';
import type { ParseContext, ParsedItem } from '../reading/parser.ts';
import { daysLater, StampClock, zoneWords } from '../reading/stamp-clock.ts';
import { parseDateComment, parseDateLine, type TimeOfDay } from '../reading/stamps.ts';

/** Whether a line tells when the snapshot below it was taken, and nothing else. */
export const isDateLine = (text: string): boolean => (parseDateLine(text) ?? parseDateComment(text)) !== null;

/**
 * The time of snapshots whose stamps often print no zone, and some no date: lines of date above tables, vmstat's own stamps,
 * top's time of day.
 */
export class SnapshotClock {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  #time: EpochMicros | null = null;
  #resolutionMicros = MICROS_PER_SECOND;
  #seen = false;
  #zoneless = false;
  /** What a time of day without a date came to: a day of the other evidence, or none that could be told. */
  #days: 'nearest' | 'unknown' | null = null;
  /** Whether a date was told above. */
  #isDated = false;
  /** What it last gave. */
  #before: EpochMicros | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stamps = new StampClock(context);
  }

  /** Time of the latest date line; null before the first. */
  get time(): EpochMicros | null {
    return this.#time;
  }

  get resolutionMicros(): number {
    return this.#resolutionMicros;
  }

  /** Takes a line that is nothing but a date, or a comment that tells one, and returns true; any other line is left alone. */
  takeDateLine(text: string): boolean {
    const stamp = parseDateLine(text) ?? parseDateComment(text);
    if (stamp === null) return false;
    if ('ofDay' in stamp) {
      this.#time = this.onItsDay(stamp.ofDay);
      this.#resolutionMicros = stamp.resolutionMicros;
      return true;
    }
    this.#isDated = true;
    if ('time' in stamp) {
      this.#seen = true;
      this.#time = stamp.time;
      this.#before = stamp.time;
      this.#resolutionMicros = MICROS_PER_SECOND;
      return true;
    }
    this.#time = this.resolve(stamp.wall, stamp.zone);
    this.#before = this.#time;
    this.#resolutionMicros = stamp.resolutionMicros;
    return true;
  }

  /** The instant of a stamp, in its own zone or else in the one that the context gives. */
  resolve(wall: WallClock, zone: number | null): EpochMicros | null {
    this.#seen = true;
    if (zone === null) this.#zoneless = true;
    return this.#stamps.instant(wall, zone);
  }

  /**
   * The instant of a time of day: on the day nearest to the snapshot before, else to the other evidence. Where that is of more
   * than a day, on the last one before the file was saved, if it was saved by then; else nothing tells the day, and it is null.
   */
  onItsDay(ofDay: TimeOfDay): EpochMicros | null {
    const time = this.#dayOf(ofDay);
    if (time === null) this.#days = 'unknown';
    else if (!this.#isDated) this.#days ??= 'nearest';
    this.#before = time ?? this.#before;
    return time;
  }

  #dayOf(ofDay: TimeOfDay): EpochMicros | null {
    const { nearTime, nearReachMicros = 0, savedAt } = this.#context;
    const before = this.#before;
    const isOfOneDay = before !== null || nearReachMicros <= MICROS_PER_DAY / 2;
    const near = before ?? (isOfOneDay ? nearTime : (savedAt ?? null));
    if (near === null) return null;
    const isSavedThen = nearTime !== null && Math.abs(near - nearTime) <= nearReachMicros + MICROS_PER_DAY;
    if (!isOfOneDay && !isSavedThen) return null;
    const today = this.#stamps.dateAt(near);
    // A snapshot just after midnight belongs to the next day. Nothing is saved before it is taken.
    const distance = (wall: WallClock): number => {
      const at = this.#stamps.peek(wall, null) ?? Number.POSITIVE_INFINITY;
      return !isOfOneDay && at > near ? Number.POSITIVE_INFINITY : Math.abs(at - near);
    };
    const candidates = [-1, 0, 1].map((days): WallClock => ({ ...daysLater(today, days), ...ofDay }));
    return this.resolve(
      candidates.reduce((best, each) => (distance(each) < distance(best) ? each : best)),
      null,
    );
  }

  /** What had to be assumed about the days of its snapshots, or could not be told; nothing where each had its date. */
  problems(): readonly ParsedItem[] {
    if (this.#days === null) return [];
    const { fileName, nearTimeFrom } = this.#context;
    const near = nearTimeFrom === 'file' ? 'the time of the file itself' : 'the other evidence';
    const what =
      this.#days === 'unknown'
        ? 'and nothing tells the day: what it shows has no time'
        : `and was put on the day nearest to ${near}, read ${zoneWords(this.#context)}`;
    const message = `${fileName} states times of day without a date, ${what}. A line of date above each snapshot settles it.`;
    return [problemItem('assumed-time', message, null)];
  }

  timeResolution(): TimeResolution | null {
    if (!this.#seen) return null;
    return {
      ...(this.#zoneless ? this.#stamps.resolution() : { offsetMinutes: null, zoneFrom: 'file' }),
      year: null,
      yearFrom: 'file',
    };
  }
}
