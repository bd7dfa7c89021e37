import { isoPreciseLine, timeoutJournal } from './journal-lines.ts';

/** How far the clock of the second source ran ahead of that of the first. */
export const AHEAD_MICROS = 4_200_000;

/** A request that the application logged on another host, whose clock ran AHEAD_MICROS ahead; in UTC, by journalctl. */
export function proxyJournal(): string {
  const second = 1_000_000;
  return [
    isoPreciseLine(5 * second + 100_000 + AHEAD_MICROS, 'proxy', 900, 'POST /jobs/7/import forwarded'),
    isoPreciseLine(45 * second + 500_000 + AHEAD_MICROS, 'proxy', 900, 'upstream went away'),
    isoPreciseLine(46 * second + AHEAD_MICROS, 'proxy', 900, 'POST /jobs/7/import 502'),
    '',
  ].join('\n');
}

/** Two sources of one incident, one of whose clocks is off; and a log whose zone nothing tells. */
export function twoClocks(): Readonly<Record<string, string>> {
  return {
    'case/journal.txt': timeoutJournal(),
    'case/proxy.txt': proxyJournal(),
  };
}
