import { LARGEST_SETTING } from '../model/config.ts';

/** Settings read from a gunicorn command line. Source: https://docs.gunicorn.org/en/stable/settings.html */
export interface CommandLineSettings {
  readonly timeoutSeconds: number | null;
  readonly gracefulTimeoutSeconds: number | null;
  readonly workers: number | null;
  readonly workerClass: string | null;
  readonly maxRequests: number | null;
}

/**
 * Reads gunicorn's flags from a command line as `ps` prints it (arguments joined by blanks, quoting lost). Null when it is
 * not a gunicorn.
 */
export function commandLineSettings(command: string): CommandLineSettings | null {
  // `/usr/bin/python3 -m gunicorn app:application --timeout 120`, `gunicorn: master [app:application]` has no flags
  if (!/\bgunicorn\b/.test(command)) return null;
  const value = (...flags: readonly string[]): string | null => {
    for (const flag of flags) {
      const escaped = flag.replace(/[-]/g, '\\-');
      const separator = flag.startsWith('--') ? '[= ]' : '[= ]?';
      const found = new RegExp(`(?:^|\\s)${escaped}${separator}(\\S+)`).exec(command);
      if (found?.[1] !== undefined) return found[1];
    }
    return null;
  };
  const number = (text: string | null): number | null =>
    text !== null && /^\d+$/.test(text) ? Math.min(Number(text), LARGEST_SETTING) : null;
  return {
    timeoutSeconds: number(value('--timeout', '-t')),
    gracefulTimeoutSeconds: number(value('--graceful-timeout')),
    workers: number(value('--workers', '-w')),
    workerClass: value('--worker-class', '-k'),
    maxRequests: number(value('--max-requests')),
  };
}
