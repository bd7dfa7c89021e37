/** A line as `journalctl -o short-iso-precise` prints it, `micros` after 2026-01-28T04:10:00Z. */
export function isoPreciseLine(micros: number, identifier: string, pid: number, message: string): string {
  const base = Date.UTC(2026, 0, 28, 4, 10, 0);
  const stamp = new Date(base + Math.floor(micros / 1000)).toISOString().slice(0, 23);
  return `${stamp}${String(micros % 1000).padStart(3, '0')}+0000 vm ${identifier}[${pid}]: ${message}`;
}

/** gunicorn's own log prefix for the same instant. */
export function gunicornLine(micros: number, pid: number, level: string, text: string): string {
  const stamp = new Date(Date.UTC(2026, 0, 28, 4, 10, 0) + Math.floor(micros / 1000)).toISOString();
  return isoPreciseLine(
    micros,
    'gunicorn',
    pid,
    `[${stamp.slice(0, 10)} ${stamp.slice(11, 19)} +0000] [${pid}] [${level}] ${text}`,
  );
}

/** A short life of a worker: boot, an import, the arbiter's timeout, the kill, the next boot. */
export function timeoutJournal(): string {
  const second = 1_000_000;
  return [
    gunicornLine(0, 100, 'INFO', 'Starting gunicorn 23.0.0'),
    gunicornLine(1 * second, 101, 'INFO', 'Booting worker with pid: 101'),
    isoPreciseLine(5 * second + 123_456, 'gunicorn', 101, 'Started importing VPN job 7'),
    gunicornLine(45 * second, 100, 'CRITICAL', 'WORKER TIMEOUT (pid:101)'),
    gunicornLine(46 * second, 100, 'ERROR', 'Worker (pid:101) was sent SIGKILL! Perhaps out of memory?'),
    gunicornLine(47 * second, 102, 'INFO', 'Booting worker with pid: 102'),
    '',
  ].join('\n');
}
