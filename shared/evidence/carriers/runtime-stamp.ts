import { stampAt } from '../headers/loose-stamp.ts';
import { type Carried, type Carrier, NOTHING_SAID } from './carrier.ts';

// 2026-01-28T04:11:54.570448123Z text          docker logs -t, kubectl logs --timestamps, Azure App Service's container log
// Nine decimals, which a runtime prints even where they are zeros; no logger does.
const NANOS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d)(?:[ \t]|$)/;
// Go's RFC3339Nano drops final zeros; a logger's own stamp looks the same. Grafana saves a tab behind it, where logs are explored.
const ANY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)(?:[ \t]|$)/;

/** The stamp of a container runtime, to the nanosecond. */
export const runtimeStamp: Carrier = {
  name: 'runtime-stamp',
  sample: '2026-01-28T04:11:54.570448123Z [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel: (text) => peelStamp(text, NANOS),
};

/** The same with fewer decimals, where all lines of a file have it. */
export const shortStamp: Carrier = {
  name: 'short-stamp',
  sample: '2026-01-28T04:11:54Z [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: true,
  peel: (text) => peelStamp(text, ANY),
};

function peelStamp(text: string, pattern: RegExp): Carried | null {
  const code = text.charCodeAt(0);
  if (code < 0x30 || code > 0x39) return null;
  const match = pattern.exec(text);
  const stamp = match === null ? null : stampAt(match[0].trimEnd(), 0);
  return match === null || stamp === null
    ? null
    : { ...NOTHING_SAID, text: text.slice(match[0].length), stamp: stamp.stamp };
}
