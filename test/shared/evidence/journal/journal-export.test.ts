import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, fixture, parse } from '../support.ts';

const entry = (index: number, fields: string | Uint8Array = ''): Uint8Array =>
  joined(
    `__CURSOR=s=1;i=${index}\n__REALTIME_TIMESTAMP=176957341917988${index}\n_PID=${index}\nPRIORITY=3\n`,
    fields === '' ? `MESSAGE=entry ${index}\n` : fields,
    '\n',
  );
const binary = (name: string, value: string, length = bytesOf(value).length): Uint8Array => {
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(length), true);
  return joined(`${name}\n`, size, value, '\n');
};

function joined(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? bytesOf(part) : part)]));
}

const read = (...parts: readonly (string | Uint8Array)[]) => parse('journal-export', joined(...parts), {}, 5);
const messages = ({ events }: ReturnType<typeof read>): string[] => events.map(({ message }) => message);

describe('the Journal Export Format', () => {
  it('reads values that are no printable text by their length', () => {
    const { events, problems } = read(
      entry(1, binary('MESSAGE', 'one\n\n__CURSOR=not an entry\nPRIORITY=0')),
      entry(2),
    );
    expect(problems).toEqual([]);
    expect(events[0]).toMatchObject({ message: 'one\n\n__CURSOR=not an entry\nPRIORITY=0', pid: 1, severity: 'err' });
    expect(events[1]).toMatchObject({ message: 'entry 2', source: { line: 11 } });
  });

  it.each([
    ['impossible', 2 ** 40],
    ['beyond the end of the file', 9_000],
    ['into the next entry', 30],
    ['too short', 1],
  ])('keeps the other entries when a length is %s', (_what, length) => {
    const parsed = read(entry(1), entry(2, binary('MESSAGE', 'damaged', length)), entry(3), entry(4));
    expect(messages(parsed)).toEqual(['entry 1', 'entry 3', 'entry 4']);
    expect(parsed.problems.map(({ kind }) => kind)).toEqual([length === 9_000 ? 'truncated' : 'malformed-record']);
  });

  it('gives up on ever new damaged lengths after a limit', () => {
    // Each claims 16 MiB, which are read again and again otherwise.
    const fields = Array.from({ length: 40 }, () => joined('__CURSOR=s=1\n', binary('MESSAGE', 'x', 16 * 1024 * 1024)));
    const bytes = joined(...fields, 'x'.repeat(1024));
    const parsed = parse('journal-export', bytes);
    expect(parsed.events).toEqual([]);
    expect(parsed.problems.length).toBeGreaterThan(0);
  });

  it('begins an entry at its address fields when the blank line before is lost', () => {
    const text =
      '__REALTIME_TIMESTAMP=1769573419179881\nMESSAGE=one\n__REALTIME_TIMESTAMP=1769573419179882\nMESSAGE=two\n';
    expect(messages(read(text))).toEqual(['one', 'two']);
  });

  it('says where the file ends within an entry', () => {
    const { events, problems } = read(entry(1), '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1769573419179882\nMESSAGE=cu');
    expect(events.map(({ message }) => message)).toEqual(['entry 1', 'cu']);
    expect(problems).toMatchObject([{ kind: 'truncated', byteOffset: entry(1).length + 51 }]);
  });

  it('leaves out an entry without a time and lines that are no fields, each with a problem', () => {
    const { events, problems } = read('MESSAGE=no time\n\n', entry(1, 'MESSAGE=x\nno field at all\n'));
    expect(events.map(({ message }) => message)).toEqual(['x']);
    expect(problems.map(({ kind, byteOffset }) => [kind, byteOffset])).toEqual([
      ['malformed-record', 0],
      ['malformed-record', 17 + joined(entry(1, 'MESSAGE=x\n')).length - 1],
    ]);
  });

  it('loses no entry outside damage of the bytes of a length', () => {
    const bytes = fixture('journal-messages/export.txt');
    const whole = parse('journal-export', bytes).events;
    const at = new TextDecoder('latin1').decode(bytes).indexOf('\nMESSAGE\n') + '\nMESSAGE\n'.length;
    // A line feed among the damaged bytes moves the numbers of the lines that follow.
    const place = ({ source, ...event }: (typeof whole)[number]) => ({ ...event, byteOffset: source.byteOffset });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (length) => {
        const damaged = bytes.slice();
        damaged.set(length, at);
        const { events } = parse('journal-export', damaged, {}, 100);
        for (const event of whole) {
          const { byteOffset, byteLength } = event.source;
          if (byteOffset > at || byteOffset + byteLength < at) expect(events.map(place)).toContainEqual(place(event));
        }
      }),
    );
  });
});

describe('journalctl -o verbose', () => {
  const header = (index: number): string =>
    `Sun 2025-11-30 22:41:04.539733 UTC [s=7547c45bd4ac4b33a7226876cd03764b;i=${index};b=a240791736fc4f16beaa9416bb346a34;m=d063bcd4;t=644d78eca3c5${index};x=20e8fb4dfb87cd47]\n`;
  const verbose = (text: string) => parse('journal-verbose', bytesOf(text));

  it('reads the time from the cursor, whatever zone is printed', () => {
    const { events } = verbose(`${header(5).replace('UTC', 'IST')}    MESSAGE=x\n`);
    expect(events[0]?.time).toBe(0x644d78eca3c55);
  });

  it('keeps lines, blank lines and indentation of a message', () => {
    const { events, problems } = verbose(
      `${header(1)}    MESSAGE=one\n              two\n            \n\n            PID=3\n    _PID=7\n${header(2)}    MESSAGE=next\n`,
    );
    expect(problems).toEqual([]);
    expect(events.map(({ message, pid }) => [message, pid])).toEqual([
      ['one\n  two\n\n\nPID=3', 7],
      ['next', null],
    ]);
  });

  it('does not give the fields of an entry whose header is damaged to the one before', () => {
    const { events, problems } = verbose(
      `${header(1)}    MESSAGE=one\nSun 2025-11-3?\n    MESSAGE=two\n    _PID=9\n${header(3)}    MESSAGE=three\n`,
    );
    expect(events.map(({ message, pid }) => [message, pid])).toEqual([
      ['one', null],
      ['three', null],
    ]);
    expect(problems).toMatchObject([{ kind: 'malformed-record', message: expect.stringContaining('Lines 3 to 5') }]);
  });
});
