import { useMemo } from 'react';
import { parseQuery } from '../../../shared/search/parse-query.ts';
import type { Query } from '../../../shared/search/query.ts';
import styles from './match-marks.module.css';

/** Finds what of a message a search looks for; null where it looks at no messages. */
export type FindMatches = ((text: string) => readonly MatchRange[]) | null;
interface MatchRange {
  readonly from: number;
  readonly to: number;
}

/** Matches of one message that are marked; a letter may stand in it thousands of times. */
const MOST_MATCHES = 50;
/** A regular expression looks at this many characters. */
const REGEX_CHARACTERS = 500;

/** What is to be marked of what was typed. */
export function useMatches(query: string): FindMatches {
  return useMemo(() => matchesOf(query), [query]);
}

/** Words, phrases and regular expressions that a message may hold to pass; what must not be there marks nothing. */
export function matchesOf(query: string): FindMatches {
  const { query: parsed, problems } = parseQuery(query);
  if (parsed === null || problems.length > 0) return null;
  const texts: string[] = [];
  const patterns: RegExp[] = [];
  collect(parsed, texts, patterns);
  if (texts.length + patterns.length === 0) return null;
  return (text) => joined([...textRanges(text, texts), ...patterns.flatMap((pattern) => patternRanges(text, pattern))]);
}

function collect(query: Query, texts: string[], patterns: RegExp[]): void {
  switch (query.type) {
    case 'and':
    case 'or':
      for (const part of query.parts) collect(part, texts, patterns);
      return;
    case 'text':
      texts.push(query.text.toLowerCase());
      return;
    case 'regex':
      if (isQuick(query.source)) patterns.push(new RegExp(query.source, `${query.flags}g`));
      return;
    default:
  }
}

/** A search can be ended where it runs, a mark in the window cannot: patterns that may take long on a line mark nothing. */
function isQuick(source: string): boolean {
  const hasRepeatedGroup = /\)[*+?{]/.test(source);
  const repetitions = source.match(/[*+{]/g)?.length ?? 0;
  return !hasRepeatedGroup && repetitions <= 3;
}

function textRanges(text: string, wanted: readonly string[]): MatchRange[] {
  const lower = text.toLowerCase();
  // Of a few letters the lower case is longer; then places are not those of the text.
  if (lower.length !== text.length) return [];
  const ranges: MatchRange[] = [];
  for (const each of wanted) {
    for (
      let at = lower.indexOf(each);
      at >= 0 && ranges.length < MOST_MATCHES;
      at = lower.indexOf(each, at + each.length)
    ) {
      ranges.push({ from: at, to: at + each.length });
    }
  }
  return ranges;
}

function patternRanges(text: string, pattern: RegExp): MatchRange[] {
  const ranges: MatchRange[] = [];
  for (const match of text.slice(0, REGEX_CHARACTERS).matchAll(pattern)) {
    if (ranges.length >= MOST_MATCHES) break;
    if (match[0].length > 0) ranges.push({ from: match.index, to: match.index + match[0].length });
  }
  return ranges;
}

/** Ranges in their order, with those that touch as one. */
function joined(ranges: MatchRange[]): readonly MatchRange[] {
  const ordered = ranges.sort((a, b) => a.from - b.from);
  const whole: MatchRange[] = [];
  for (const range of ordered) {
    const last = whole.at(-1);
    if (last === undefined || range.from > last.to) whole.push(range);
    else whole[whole.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return whole;
}

/** What is left in front of a match that would else lie beyond the cut. */
const LEAD_CHARACTERS = 24;

/** A text with its matches marked. Where the first one lies beyond what there is room for, the beginning is left out. */
export function MarkedText(props: {
  readonly text: string;
  readonly find: FindMatches;
  /** Characters that there is room for. */
  readonly room: number;
}) {
  const { text, find, room } = props;
  const ranges = find === null ? [] : find(text);
  const [first] = ranges;
  if (first === undefined) return text;
  const start = first.to <= room ? 0 : Math.max(0, first.from - Math.min(LEAD_CHARACTERS, Math.floor(room / 3)));
  return (
    <>
      {start === 0 ? null : <span className={styles.leftOut}>…</span>}
      {ranges.map(({ from, to }, index) => (
        <span key={from}>
          {text.slice(Math.max(start, ranges[index - 1]?.to ?? 0), from)}
          <mark className={styles.match}>{text.slice(from, to)}</mark>
        </span>
      ))}
      {text.slice(ranges.at(-1)?.to ?? 0)}
    </>
  );
}
