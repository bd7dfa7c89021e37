import { describe, expect, it } from 'vitest';
import { commandLineSettings } from '../../../shared/context/command-line.ts';

describe('commandLineSettings', () => {
  it.each([
    ['/usr/bin/python3 -m gunicorn app:application --timeout 120', 120],
    ['/usr/bin/python3 -m gunicorn --timeout=90 app:application', 90],
    ['gunicorn -t 45 -w 4 app:application', 45],
    ['gunicorn -t45 app:application', 45],
    ['/usr/bin/python3 -m gunicorn app:application', null],
    ['gunicorn --graceful-timeout 10 app:application', null],
    ['gunicorn --timeout abc app:application', null],
  ])('%s', (command, timeout) => {
    expect(commandLineSettings(command)?.timeoutSeconds ?? null).toBe(timeout);
  });

  it('reads workers, class, grace and recycling', () => {
    expect(
      commandLineSettings('gunicorn -k gthread --workers=4 --graceful-timeout 10 --max-requests 500 app:application'),
    ).toEqual({
      timeoutSeconds: null,
      gracefulTimeoutSeconds: 10,
      workers: 4,
      workerClass: 'gthread',
      maxRequests: 500,
    });
  });

  it('is null for what is no gunicorn', () => {
    expect(commandLineSettings('/usr/bin/postgres --timeout 120')).toBeNull();
  });
});
