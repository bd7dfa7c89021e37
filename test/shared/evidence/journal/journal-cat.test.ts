import { describe, expect, it } from 'vitest';
import { isCatOfKnown } from '../../../../shared/evidence/journal/journal-cat.ts';
import { bootInstantOf, type KnownEntries } from '../../../../shared/evidence/reading/known-entries.ts';
import { type EpochMicros, epochMicros } from '../../../../shared/model/time.ts';
import { bytesOf, contextOf, fixture, parse } from '../support.ts';

const SECOND = 1_000_000;
const at = (seconds: number): EpochMicros => epochMicros(1_764_542_460 * SECOND + seconds * SECOND);

function knownAs(entries: readonly (readonly [message: string, seconds: number])[], lines = 1): KnownEntries {
  const instantsOf = (message: string) =>
    entries.filter(([text]) => text === message).map(([, seconds]) => at(seconds));
  return {
    instantOf: (message) => (instantsOf(message).length === 1 ? (instantsOf(message)[0] ?? null) : null),
    nextInstantOf: (message, from) => instantsOf(message).find((instant) => instant >= from) ?? null,
    linesOf: () => lines,
  };
}
const read = (text: string, knownEntries?: KnownEntries) =>
  parse('journal-cat', bytesOf(text), knownEntries === undefined ? {} : { knownEntries });

describe('journalctl -o cat', () => {
  it('has the messages of the other formats, dated by them', () => {
    const path = 'journal-oom/cat.txt';
    const reference = parse('journal-json', fixture('journal-oom/json.txt')).events;
    const { events, problems } = parse('journal-cat', fixture(path), contextOf(path, fixture(path)));
    expect(problems).toEqual([]);
    // That the kernel wrote them shows only where its wording is known.
    expect(events.map(({ time, message, kind, detail }) => ({ time, message, kind, detail }))).toEqual(
      reference.map(({ time, message, kind, detail }) => ({
        time,
        message,
        kind: kind === 'kernel' ? 'log' : kind,
        detail,
      })),
    );
  });

  it('keeps messages that come again apart by their order', () => {
    const { events } = read(
      'tick\ntick\ntock\ntick\n',
      knownAs([
        ['tick', 1],
        ['tick', 2],
        ['tock', 3],
        ['tick', 4],
      ]),
    );
    expect(events.map(({ time }) => time)).toEqual([at(1), at(2), at(3), at(4)]);
  });

  it('gives lines that no other source has the time before them, the first ones that behind them', () => {
    const { events, problems } = read(
      'early\ntick\nbetween\ntock\nlate\n',
      knownAs([
        ['tick', 1],
        ['tock', 3],
      ]),
    );
    expect(events.map(({ message, time }) => [message, time])).toEqual([
      ['early', at(1)],
      ['tick', at(1)],
      ['between', at(1)],
      ['tock', at(3)],
      ['late', at(3)],
    ]);
    expect(problems).toMatchObject([{ kind: 'assumed-time', byteOffset: 0 }]);
    expect(problems[0]?.message).toMatch(/^3 entries/);
  });

  it('takes as many lines for a message as another source shows, blank ones too', () => {
    const { events } = read('head\nbody\n\ntail\nnext\n', knownAs([['head', 1]], 4));
    expect(events.map(({ message }) => message)).toEqual(['head\nbody\n\ntail', 'next']);
  });

  it('leaves out what nothing dates, and says so', () => {
    const { events, problems } = read('one\ntwo\n');
    expect(events).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'assumed-time' }]);
    expect(problems[0]?.message).toMatch(/^2 entries .* left out/);
  });

  it('is told from any other text by the lines that it shares with a log', () => {
    const known = knownAs([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    expect(isCatOfKnown('a\nb\nc\n', known)).toBe(true);
    expect(isCatOfKnown('a\nx\nb\ny\nc\nz\n', known)).toBe(true);
    expect(isCatOfKnown('a\nb\n', known)).toBe(false);
    expect(isCatOfKnown('a\nx\nb\ny\nc\nz\nw\n', known)).toBe(false);
    expect(isCatOfKnown('', known)).toBe(false);
  });
});

describe('the zero of an uptime', () => {
  const entry = (uptimeSeconds: number, message: string) => ({ uptimeMicros: uptimeSeconds * SECOND, message });

  it('is that on which most entries agree, to the earliest', () => {
    const known = knownAs([
      ['a', 1000.5],
      ['b', 1100],
      ['c', 5000],
    ]);
    expect(bootInstantOf([entry(500, 'a'), entry(600, 'b'), entry(700, 'c')], known)).toBe(at(500));
  });

  it('is not told by one entry alone, nor by those of every boot', () => {
    const known = knownAs([
      ['a', 1000],
      ['b', 1001],
    ]);
    expect(bootInstantOf([entry(500, 'a'), entry(700, 'b')], known)).toBeNull();
    expect(bootInstantOf([entry(1, 'a'), entry(2, 'b')], known)).toBeNull();
    expect(bootInstantOf([], known)).toBeNull();
  });
});
