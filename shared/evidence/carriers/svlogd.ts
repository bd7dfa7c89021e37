import { type LooseStamp, stampAt, stampOfMicros } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// @40000000697986640bebc200 text          svlogd -t, multilog t, s6-log t
const TAI64N = /^@4([0-9a-f]{15})([0-9a-f]{8})(?: |$)/;
// 2026-01-28_04:11:54.57044 text          svlogd -tt, with a T in the place of _ by -ttt: five decimals and no zone, which is UTC
const UTC = /^\d{4}-\d\d-\d\d[_T]\d\d:\d\d:\d\d\.\d{5}(?: |$)/;

/**
 * The label of 1970-01-01 00:00:00 UTC without its first digit: TAI was 10 s ahead then, and these programs count no leap
 * second since. Sources: https://cr.yp.to/libtai/tai64.html, tai_unix in runit's tai.h, s6-log(8)
 */
const EPOCH_LABEL_SECONDS = 10;
/** Beyond the year 9999 no date can be told. */
const MOST_SECONDS = 253_402_300_799;
const NANOS_PER_MICRO = 1_000;
const MICROS_PER_SECOND = 1_000_000;

/** The stamps that the loggers of runit, daemontools and s6 put in front of each line. */
export const svlogd: Carrier = {
  name: 'svlogd',
  sample: '@40000000697986640bebc200 [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const label = TAI64N.exec(text);
    if (label !== null) {
      const stamp = stampOfLabel(label[1] ?? '', label[2] ?? '');
      return stamp === null ? null : { ...NOTHING_SAID, text: text.slice(label[0].length), stamp };
    }
    const match = UTC.exec(text);
    const stamp = match === null ? null : stampAt(match[0].trimEnd(), 0)?.stamp;
    if (match === null || stamp?.type !== 'full') return null;
    return { ...NOTHING_SAID, text: text.slice(match[0].length), stamp: { ...stamp, zone: 0 } };
  },
};

function stampOfLabel(seconds: string, nanos: string): LooseStamp | null {
  const since1970 = Number.parseInt(seconds, 16) - EPOCH_LABEL_SECONDS;
  const micros = Math.floor(Number.parseInt(nanos, 16) / NANOS_PER_MICRO);
  if (since1970 < 0 || since1970 > MOST_SECONDS || micros >= MICROS_PER_SECOND) return null;
  return stampOfMicros(since1970 * MICROS_PER_SECOND + micros, 1);
}
