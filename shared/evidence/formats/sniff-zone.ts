import { MICROS_PER_MINUTE, wallClockToMicros } from '../../model/time.ts';
import { readVmstatHeader } from '../host/vmstat.ts';
import { readJournalPrefix } from '../journal/journal-prefix.ts';
import { learnLayout } from '../logs/log-layout.ts';
import { readLogLine } from '../logs/log-line.ts';
import type { LogLayout } from '../reading/log-layout.ts';
import { parseDateLine, zoneMinutes } from '../reading/stamps.ts';
import { splitInnerHeader } from '../wording/inner-header.ts';

const LINES_LOOKED_AT = 2_000;
/** Zones differ by quarters of an hour; the journal gets a line at most this long after its logger stamped it. */
const LAG_MICROS = MICROS_PER_MINUTE;

/**
 * The zone that a text file's stamps are in, as the file itself reveals it, in minutes east of UTC; null when it does not.
 * Zoned stamps and notices say it. Where stamps have no zone (`journalctl -o short`), gunicorn's own `[... +0100]` in the
 * same line says which instant it was. The commonest answer among the first lines counts.
 */
export function sniffZone(head: Uint8Array): number | null {
  const text = new TextDecoder('utf-8').decode(head);
  const votes = new Map<number, number>();
  const layout = learnLayout(text);
  for (const line of text.split('\n', LINES_LOOKED_AT)) {
    const zone = zoneOfLine(line.trimEnd(), layout);
    if (zone !== null) votes.set(zone, (votes.get(zone) ?? 0) + 1);
  }
  let best: number | null = null;
  for (const [zone, count] of votes) if (best === null || count > (votes.get(best) ?? 0)) best = zone;
  return best;
}

function zoneOfLine(line: string, layout: LogLayout): number | null {
  // -- Journal begins at Sun 2025-11-30 22:40:00 UTC, ends at Sun 2025-11-30 23:00:00 UTC. --
  const notice =
    /^-- (?:Journal|Logs) begins? at \S+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ([A-Za-z]{1,6}|[+-]\d\d:?\d{0,2})\b/.exec(line);
  if (notice !== null) return zoneMinutes(notice[1] ?? '');
  const prefix = readJournalPrefix(line, 'journal-short');
  if (prefix === null) return zoneOfOther(line, layout);
  const { stamp } = prefix;
  if (stamp.type === 'wall' && (stamp.zone !== null || stamp.unknownZone === null)) {
    if (stamp.zone !== null) return stamp.zone;
  }
  const inner = splitInnerHeader(prefix.message)?.stamp;
  if (inner == null || inner.zone === null) return null;
  if (stamp.type === 'epoch' || stamp.type === 'monotonic') return inner.zone;
  const instant = wallClockToMicros(inner.wall, inner.zone);
  if (instant === null) return null;
  // The journal's wall clock read as UTC, minus the true instant, is the zone, up to the lag between the two stamps.
  const years = stamp.type === 'wall' ? [stamp.wall.year] : [inner.wall.year, inner.wall.year - 1, inner.wall.year + 1];
  for (const year of years) {
    const wall = wallClockToMicros({ ...stamp.wall, year }, 0);
    if (wall === null) continue;
    const quarters = Math.round((wall - instant) / (15 * MICROS_PER_MINUTE));
    const minutes = quarters * 15;
    if (Math.abs(minutes) > 14 * 60) continue;
    if (Math.abs(wall - instant - minutes * MICROS_PER_MINUTE) <= LAG_MICROS) return minutes;
  }
  return null;
}

function zoneOfOther(line: string, layout: LogLayout): number | null {
  const log = readLogLine(line, layout);
  if (log.stamp !== null) return log.zone;
  if (line.startsWith('{') && line.includes('"MESSAGE"')) {
    const quoted = /"MESSAGE"\s?:\s?"(\[\d{4}-[^"]{1,60})/.exec(line)?.[1];
    return quoted === undefined ? null : (splitInnerHeader(quoted)?.stamp?.zone ?? null);
  }
  // MESSAGE=[2026-01-28 04:10:19 +0000] ... in an export, indented in verbose
  const field = /^ {0,4}MESSAGE=(\[\d{4}-.{1,60})/.exec(line)?.[1];
  if (field !== undefined) return splitInnerHeader(field)?.stamp?.zone ?? null;
  const date = parseDateLine(line);
  if (date !== null) return 'zone' in date ? date.zone : null;
  const vmstat = /^\s*r\s+b\s/.test(line) ? readVmstatHeader(line) : null;
  return vmstat?.zoneName == null ? null : zoneMinutes(vmstat.zoneName);
}
