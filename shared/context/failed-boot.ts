import { secondsBetween } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** gunicorn's own exit codes of a worker that could not load the application. Source: gunicorn/arbiter.py, WORKER_BOOT_ERROR, APP_LOAD_ERROR */
const BOOT_ERRORS: ReadonlySet<number> = new Set([3, 4]);

// [2012-05-20 16:39:47 +0000] [23845] [INFO] Reason: Worker failed to boot.     Source: arbiter.py, run and halt
const FAILED_BOOT = /\bReason: (?:Worker failed to boot|App failed to load)\b/;
/** The arbiter reaps a worker in its next look, and stops. */
const STOP_SECONDS = 5;

/** Whether the worker ended before it came to serve: the arbiter stops for that, or its exit code says so. */
export function failedToBoot({ record, ownEvents }: FactContext): boolean {
  const death = record?.death ?? null;
  if (death?.mechanism !== 'crash' || death.signal !== null) return false;
  const code = death.end.detail.exitCode;
  if (code !== undefined) return BOOT_ERRORS.has(code);
  return ownEvents
    .ofKinds(['arbiter-stop'])
    .some(
      ({ message, time }) =>
        FAILED_BOOT.test(message) && Math.abs(secondsBetween(death.end.time, time)) <= STOP_SECONDS,
    );
}
