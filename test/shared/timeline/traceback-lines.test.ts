import { describe, expect, it } from 'vitest';
import { TracebackLines } from '../../../shared/timeline/traceback-lines.ts';

const HEAD = 'Traceback (most recent call last):';
function accepted(head: string, ...lines: readonly string[]): number {
  const reader = new TracebackLines(head);
  return lines.filter((line) => reader.accepts(line)).length;
}

describe('lines of a traceback', () => {
  it('end with the exception', () => {
    expect(accepted(HEAD, '  File "a.py", line 1, in f', '    g()', 'KeyError: 1', 'next', '  File "b.py"')).toBe(3);
    expect(accepted(HEAD, '  File "a.py", line 1, in f', 'KeyboardInterrupt', 'KeyError: 2')).toBe(2);
  });

  it('go on where another exception was raised meanwhile', () => {
    const chain = 'During handling of the above exception, another exception occurred:';
    expect(accepted(HEAD, '  File "a"', 'KeyError: 1', chain, HEAD, '  File "b"', 'a.b.Failed: x', HEAD)).toBe(6);
  });

  it('end where the process logs something else', () => {
    expect(accepted(HEAD, '  File "a"', '[2026-01-28 04:10:19 +0000] [7] [INFO] Booting', 'KeyError: 1')).toBe(1);
    expect(accepted(HEAD, '  File "a"', 'INFO:root:x')).toBe(1);
  });

  it('are none behind a message that holds all of it, or no traceback', () => {
    expect(accepted(`${HEAD}\n  File "a"\nKeyError: 1`, 'KeyError: 2', '  x')).toBe(0);
    expect(accepted('no traceback', '  x')).toBe(0);
  });

  it('keep the statement that SQLAlchemy adds, and every line of a group', () => {
    expect(accepted(HEAD, '  File "a"', 'sqlalchemy.exc.OperationalError: x', '[SQL: INSERT]', 'Started')).toBe(3);
    expect(accepted(`  + Exception Group ${HEAD}`, '  | ExceptionGroup: x', '    +----', 'ready: 1')).toBe(2);
  });
});
