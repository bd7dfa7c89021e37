const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** Sunday, 2026-01-25 00:00:00 UTC. */
const FIRST_DAY = Date.UTC(2026, 0, 25) / 1000;

/**
 * A journal (short-iso-precise) of a week in which workers die: most are timed out in the middle of an import, always
 * between 02:00 and 08:00; every fifth is killed from outside while it idles. `count` incidents, evenly spread.
 */
export function weekOfIncidents(count = 40): string {
  const lines: string[] = [];
  const write = (seconds: number, pid: number, message: string): void => {
    const stamp = new Date(seconds * 1000).toISOString().replace('Z', '000+0000');
    lines.push(`${stamp} vm regression-tracker[${pid}]: ${message}`);
  };
  const stamp = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const arbiter = 900;
  write(FIRST_DAY, arbiter, `[${stamp(FIRST_DAY)} +0000] [${arbiter}] [INFO] Starting gunicorn 23.0.0`);
  for (let number = 0; number < count; number += 1) {
    const day = Math.floor((number * 7) / count);
    const ofDay = number - Math.ceil((day * count) / 7);
    const boot = FIRST_DAY + day * DAY_SECONDS + 2 * HOUR_SECONDS + Math.floor((ofDay * 7 * 6 * HOUR_SECONDS) / count);
    const pid = 2_000 + number;
    const log = (at: number, by: number, level: string, text: string): void =>
      write(at, by, `[${stamp(at)} +0000] [${by}] [${level}] ${text}`);
    log(boot, pid, 'INFO', `Booting worker with pid: ${pid}`);
    if (number % 5 === 4) {
      log(boot + 600, arbiter, 'ERROR', `Worker (pid:${pid}) was sent SIGKILL! Perhaps out of memory?`);
      continue;
    }
    write(boot + 5, pid, `Started importing VPN job ${100 + number}`);
    log(boot + 65, arbiter, 'CRITICAL', `WORKER TIMEOUT (pid:${pid})`);
    log(boot + 66, arbiter, 'ERROR', `Worker (pid:${pid}) was sent SIGKILL! Perhaps out of memory?`);
  }
  return `${lines.join('\n')}\n`;
}
