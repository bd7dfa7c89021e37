import { EVENT_KINDS, SEVERITIES } from '../model/event.ts';
import type { EvidenceFormat } from '../model/evidence.ts';
import { quoted } from './print-query.ts';
import { type FieldName, fieldNamed, QUERY_FIELDS } from './query-fields.ts';

/** What the case at hand has, most frequent first. */
export interface SuggestionData {
  readonly pids: readonly number[];
  readonly units: readonly string[];
  /** Paths of evidence files. */
  readonly sources: readonly string[];
  readonly formats: readonly EvidenceFormat[];
}

export interface Suggestion {
  /** What takes the place of the text between `from` and `to`. */
  readonly insert: string;
  readonly label: string;
  readonly detail: string;
}
export interface Suggestions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Suggestion[];
}

const MOST_ITEMS = 12;
const NONE: Suggestions = { from: 0, to: 0, items: [] };

/** What can be typed where the caret stands: names of fields, and behind one its values. Empty within quotes and words. */
export function suggest(text: string, caret: number, data: SuggestionData): Suggestions {
  const before = text.slice(0, caret);
  if (isWithinQuotes(before)) return NONE;
  const start = Math.max(before.lastIndexOf(' '), before.lastIndexOf('('), before.lastIndexOf('\t')) + 1;
  const dash = text.charAt(start) === '-' ? 1 : 0;
  const typed = before.slice(start + dash);
  const rest = /^[^\s(),]*/.exec(text.slice(caret))?.[0].length ?? 0;
  const colon = typed.indexOf(':');
  if (colon < 0) {
    const items = QUERY_FIELDS.filter((field) =>
      [field.name, ...field.aliases].some((name) => name.startsWith(typed.toLowerCase())),
    ).map((field) => ({ insert: `${field.name}:`, label: `${field.name}:`, detail: field.what }));
    return { from: start + dash, to: caret + rest, items };
  }
  const field = fieldNamed(typed.slice(0, colon));
  if (field === null) return NONE;
  const value = typed.slice(Math.max(colon, typed.lastIndexOf(',')) + 1);
  const sign = field === 'severity' || field === 'pid' ? (/^[<>]?=?/.exec(value)?.[0] ?? '') : '';
  const wanted = value.slice(sign.length).toLowerCase();
  const items = valuesOf(field, data)
    .filter(({ label }) => sign === '' || !label.startsWith('<'))
    .filter(({ label }) => label.toLowerCase().includes(wanted) && label.toLowerCase() !== wanted)
    .slice(0, MOST_ITEMS)
    .map((item) => ({ ...item, insert: sign + item.insert, label: sign + item.label }));
  return { from: caret - value.length, to: caret + rest, items };
}

/** Whether an odd number of quotes stands before the caret; a backslash takes the next one as it is. */
function isWithinQuotes(before: string): boolean {
  return (before.replace(/\\["\\]/g, '').split('"').length - 1) % 2 === 1;
}

function valuesOf(field: FieldName, data: SuggestionData): readonly Suggestion[] {
  const plain = (value: string, detail = ''): Suggestion => ({
    insert: /[\s(),"]/.test(value) ? quoted(value) : value,
    label: value,
    detail,
  });
  switch (field) {
    case 'pid':
      return data.pids.map((pid) => plain(String(pid)));
    case 'unit':
      return data.units.map((unit) => plain(unit.replace(/\.service$/, '')));
    case 'severity':
      return [
        plain('<=warning', 'warning and worse'),
        plain('<=err', 'error and worse'),
        ...SEVERITIES.map((severity, number) => plain(severity, String(number))),
      ];
    case 'kind':
      return EVENT_KINDS.map((kind) => plain(kind));
    case 'source':
      return data.sources.map((path) => plain(path.slice(path.lastIndexOf('/') + 1), path));
    case 'format':
      return [...new Set(data.formats)].map((format) => plain(format));
    case 'before':
    case 'after':
    case 'at':
      return [];
  }
}
