import sax from 'sax';

/*
 * What XML refuses and sax lets pass. Python's parsers (expat, libxml2) do not: https://www.w3.org/TR/xml/, and for prefixes
 * https://www.w3.org/TR/xml-names/#ns-qualnames
 */

export const FAULTS = {
  earlyText: 'Something stands in front of the XML declaration, which only the very first bytes may be',
  lateDeclaration: 'An XML declaration stands in the middle: this is more than one document in a file',
  openingInValue: 'A < stands in the value of an attribute, where XML wants &lt;',
  spaceInTag: 'A space follows the < of a tag',
  repeatedAttribute: 'An attribute is given twice in one tag',
  cdataCase: 'A CDATA section begins in small letters',
  cdataEnd: 'Text holds ]]>, which only ends a CDATA section',
} as const;

// <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
const DECLARATION =
  /^\s*version\s*=\s*(["'])1\.\d+\1(?:\s+encoding\s*=\s*(["'])[A-Za-z][\w.-]*\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*$/;

/** Whether the inside of an XML declaration is as XML wants it: https://www.w3.org/TR/xml/#NT-XMLDecl */
export function isDeclaration(body: string): boolean {
  return DECLARATION.test(body);
}

// <!ENTITY co "Example &#38; Sons">
const ENTITY = /<!ENTITY\s+([\w:.-]+)\s+(?:"((?:[^&%"]|&#)*)"|'((?:[^&%']|&#)*)')\s*>/g;

/** Entities whose text is in the document type declaration itself and refers to no others, as those of a bomb do. */
export function entitiesOf(doctype: string): readonly string[] {
  return [...doctype.matchAll(ENTITY)].map(([, name = '']) => name);
}

/** Prefixes that a tag uses, of its name and its attributes' names. */
export function prefixesOf(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const colon = name.indexOf(':');
    return colon > 0 && !name.startsWith('xmlns:') ? [name.slice(0, colon)] : [];
  });
}

/** Prefixes that a tag declares. */
export function declaredPrefixes(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.startsWith('xmlns:')).map((name) => name.slice('xmlns:'.length));
}

const states = (...names: readonly string[]): ReadonlySet<number | undefined> =>
  new Set(names.map((name) => sax.STATE[name]));
const BETWEEN_TAGS = states('BEGIN', 'BEGIN_WHITESPACE', 'TEXT', 'TEXT_ENTITY');
const IN_TEXT = states('TEXT', 'TEXT_ENTITY');
const IN_TAG = states(
  'OPEN_TAG',
  'OPEN_TAG_SLASH',
  'ATTRIB',
  'ATTRIB_NAME',
  'ATTRIB_NAME_SAW_WHITE',
  'ATTRIB_VALUE',
  'ATTRIB_VALUE_QUOTED',
  'ATTRIB_VALUE_CLOSED',
  'ATTRIB_VALUE_ENTITY_Q',
);

export interface Fault {
  readonly message: string;
  /** Where in the piece. */
  readonly at: number;
}

/**
 * What is wrong with the tag in a piece of a document that sax was fed in `state` and took: pieces end at the first `>`.
 */
export function tagFaults(state: number, piece: string): readonly Fault[] {
  const opens = BETWEEN_TAGS.has(state) ? piece.indexOf('<') : -1;
  const isOpening = opens >= 0 || state === sax.STATE.OPEN_WAKA;
  if (!isOpening && !IN_TAG.has(state)) return [];
  const next = piece.charAt(opens + 1);
  if (isOpening && (next === '!' || next === '?')) return [];
  const faults: Fault[] = [];
  if (isOpening && /\s/.test(next)) faults.push({ message: FAULTS.spaceInTag, at: opens + 1 });
  const second = piece.indexOf('<', opens + 1);
  if (second >= 0) faults.push({ message: FAULTS.openingInValue, at: second });
  return faults;
}

/** How much of a piece is text when sax is fed it in `state`; 0 where it begins within something else. */
export function textLength(state: number, piece: string): number {
  if (!IN_TEXT.has(state)) return 0;
  const opens = piece.indexOf('<');
  return opens < 0 ? piece.length : opens;
}

/**
 * Where the `>` of the first `]]>` stands in some text, behind `trail` brackets with which the text before ended; negative
 * without one. And with how many brackets (two say it all) this ends.
 */
export function cdataEndIn(text: string, trail: number): { readonly at: number; readonly trail: number } {
  const brackets = ']'.repeat(trail);
  const joined = brackets + text;
  const found = joined.indexOf(']]>');
  const ends = joined.endsWith(']]') ? 2 : joined.endsWith(']') ? 1 : 0;
  return { at: found < 0 ? -1 : found + 2 - trail, trail: ends };
}
