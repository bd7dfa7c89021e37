import { EVENT_KINDS, SEVERITIES, type Severity } from '../model/event.ts';
import { EVIDENCE_FORMATS } from '../model/evidence.ts';
import { existing } from '../model/existing.ts';
import type { FieldQuery } from './query.ts';

export type FieldName = FieldQuery['type'];

/** A field of the query language, for the parser, the completion list and the help. */
export interface QueryField {
  readonly name: FieldName;
  readonly aliases: readonly string[];
  readonly what: string;
  readonly example: string;
}

export const QUERY_FIELDS: readonly QueryField[] = [
  { name: 'pid', aliases: [], what: 'Process that wrote the entry', example: 'pid:23333,23340' },
  { name: 'unit', aliases: [], what: 'systemd unit, with or without .service', example: 'unit:regression-tracker' },
  {
    name: 'severity',
    aliases: ['level', 'priority'],
    what: 'By syslog’s numbers, emergency 0 to debug 7: <=warning is warning and worse',
    example: 'severity:<=warning',
  },
  { name: 'kind', aliases: [], what: 'What the entry is; * stands for anything', example: 'kind:worker-timeout' },
  { name: 'source', aliases: ['file', 'path'], what: 'Part of the file’s path', example: 'source:kernel' },
  { name: 'format', aliases: [], what: 'Format of the file', example: 'format:journal-*' },
  { name: 'before', aliases: ['until'], what: 'Earlier than', example: 'before:04:12' },
  { name: 'after', aliases: ['since'], what: 'At or later than', example: 'after:2026-01-28T04:10:22Z' },
  { name: 'at', aliases: ['time'], what: 'In that day, minute, second or fraction', example: 'at:04:12:15' },
];

/** The field of a name or an alias, in any case; null when there is none. */
export function fieldNamed(name: string): FieldName | null {
  const wanted = name.toLowerCase();
  return QUERY_FIELDS.find((field) => field.name === wanted || field.aliases.includes(wanted))?.name ?? null;
}

/** Other names of severities that people and loggers use. */
const SEVERITY_ALIASES: Readonly<Record<string, Severity>> = {
  emergency: 'emerg',
  panic: 'emerg',
  critical: 'crit',
  fatal: 'crit',
  error: 'err',
  warn: 'warning',
  information: 'info',
};

/** The severity of a name, another name of it, or its number; null when there is none. */
export function severityNamed(text: string): Severity | null {
  const wanted = text.toLowerCase();
  if (/^[0-7]$/.test(wanted)) return SEVERITIES[Number(wanted)] ?? null;
  if (Object.hasOwn(SEVERITY_ALIASES, wanted)) return SEVERITY_ALIASES[wanted] ?? null;
  return SEVERITIES.find((severity) => severity === wanted) ?? null;
}

/** Values of a closed list that a text names, `*` standing for anything. */
export function valuesNamed<T extends string>(values: readonly T[], text: string): readonly T[] {
  const isLike = globTest(text);
  return values.filter(isLike);
}

/** Stars in one value; each multiplies the ways in which a long name can fail to match. */
const MOST_STARS = 4;

/** Whether a text matches a pattern whole, without regard to case, where `*` stands for any characters or none. */
export function globTest(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split('*');
  const head = parts.slice(0, MOST_STARS + 1);
  // Stars beyond the limit are stars as they stand.
  if (parts.length > head.length) head[MOST_STARS] = parts.slice(MOST_STARS).join('*');
  return (text) => matchesParts(text.toLowerCase(), head);
}

/** Whether a text consists of the parts in their order, with anything between them: the first one found is the best. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** The candidate that a mistyped word is nearest to; null when none is near. */
export function nearestTo(text: string, candidates: readonly string[]): string | null {
  const wanted = text.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 0.5;
  for (const candidate of candidates) {
    const distance = candidate.startsWith(wanted) || candidate.includes(wanted) ? 1 : editDistance(wanted, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Longest word that is compared; names of fields and kinds are shorter. */
const COMPARED_CHARACTERS = 64;

/** Levenshtein's distance: insertions, deletions and replacements. */
function editDistance(one: string, other: string): number {
  if (one.length > COMPARED_CHARACTERS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = existing(row[j - 1], j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, existing(row[j], j) + 1, existing(next[j - 1], j - 1) + 1));
    }
    row = next;
  }
  return existing(row[other.length], other.length);
}

/** Every name that a field goes by. */
export const FIELD_NAMES: readonly string[] = QUERY_FIELDS.flatMap(({ name, aliases }) => [name, ...aliases]);
/** Values that a field of a closed list can have. */
export const CLOSED_VALUES = { kind: EVENT_KINDS, format: EVIDENCE_FORMATS, severity: SEVERITIES } as const;
