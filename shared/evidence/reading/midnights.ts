import { wallClockToMicros } from '../../model/time.ts';
import { asciiBytes, hasAt, twoDigits } from './find-bytes.ts';

const DASH = 0x2d;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map(asciiBytes);

/** Dates as the instants at which they begin by UTC: a log has few, one after the other. */
export class Midnights {
  #date = -1;
  #midnight = 0;

  /** Of `2026-01-28`; NaN where no date stands there. */
  of(bytes: Uint8Array, at: number): number {
    if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return Number.NaN;
    return this.#of(this.#year(bytes, at), twoDigits(bytes, at + 5), twoDigits(bytes, at + 8));
  }

  /** Of `28/Jan/2026`. */
  ofAccess(bytes: Uint8Array, at: number): number {
    const month = MONTHS.findIndex((name) => hasAt(bytes, at + 3, at + 6, name)) + 1;
    return this.#of(this.#year(bytes, at + 7), month === 0 ? -1 : month, twoDigits(bytes, at));
  }

  #year(bytes: Uint8Array, at: number): number {
    const century = twoDigits(bytes, at);
    const year = twoDigits(bytes, at + 2);
    return century < 0 || year < 0 ? -1 : century * 100 + year;
  }

  #of(year: number, month: number, day: number): number {
    if (year < 0 || month < 0 || day < 0) return Number.NaN;
    const date = (year * 100 + month) * 100 + day;
    if (date === this.#date) return this.#midnight;
    const midnight = wallClockToMicros({ year, month, day, hour: 0, minute: 0, second: 0, micros: 0 }, 0);
    if (midnight === null) return Number.NaN;
    this.#date = date;
    this.#midnight = midnight;
    return midnight;
  }
}
