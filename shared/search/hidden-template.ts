import { MOST_TEMPLATE_CHARS } from '../model/annotation.ts';

/** Stands for what changes from message to message. */
const VARIABLE = '*';
/** Of a longer message its beginning counts. */
const COMPARED_CHARS = MOST_TEMPLATE_CHARS;

const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;
/** A number of base 10 or 16, also within a word: `worker3`, `0x7f3a`, `7f3ac2`. */
const NUMBER = /(?:0x)?[0-9a-f]*[0-9][0-9a-f]*/gi;
/** Parts of one value: `04:12:15,229`, `10.0.0.1`, `2026-01-28`. */
const VALUE = /\*(?:[.,:/+-]\*)+/g;

/**
 * What a message has in common with others that differ in numbers, ids and times alone: `batch 79158 of 3` is `batch * of *`.
 * Of several lines every line counts, so that one traceback is not like another. Case files keep it: it stays as it is, whatever
 * the analysis takes for a template (`messageTemplate` of the timeline).
 */
export function hiddenTemplate(message: string): string {
  return message.slice(0, COMPARED_CHARS).replace(UUID, VARIABLE).replace(NUMBER, VARIABLE).replace(VALUE, VARIABLE);
}

/** The longest text that stands in every message of a template, as it stands there; empty where it has none. */
export function longestLiteral(template: string): string {
  return template.split(VARIABLE).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
