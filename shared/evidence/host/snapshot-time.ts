import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND, type WallClock } from '../../model/time.ts';
import type { ParseContext } from '../reading/parser.ts';
import { StampClock } from '../reading/stamp-clock.ts';
import { parseDateLine } from '../reading/stamps.ts';

/** The time of snapshots whose stamps print a year but often no zone: date lines above tables, vmstat's own stamps. */
export class SnapshotClock {
  readonly #stamps: StampClock;
  #time: EpochMicros | null = null;
  #resolutionMicros = MICROS_PER_SECOND;
  #seen = false;
  #zoneless = false;

  constructor(context: ParseContext) {
    this.#stamps = new StampClock(context);
  }

  /** Time of the latest date line; null before the first. */
  get time(): EpochMicros | null {
    return this.#time;
  }

  get resolutionMicros(): number {
    return this.#resolutionMicros;
  }

  /** Takes a line that is nothing but a date and returns true; any other line is left alone. */
  takeDateLine(text: string): boolean {
    const stamp = parseDateLine(text);
    if (stamp === null) return false;
    if ('time' in stamp) {
      this.#seen = true;
      this.#time = stamp.time;
      this.#resolutionMicros = MICROS_PER_SECOND;
      return true;
    }
    this.#time = this.resolve(stamp.wall, stamp.zone);
    this.#resolutionMicros = stamp.resolutionMicros;
    return true;
  }

  /** The instant of a stamp, in its own zone or else in the one that the context gives. */
  resolve(wall: WallClock, zone: number | null): EpochMicros | null {
    this.#seen = true;
    if (zone === null) this.#zoneless = true;
    return this.#stamps.instant(wall, zone);
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
