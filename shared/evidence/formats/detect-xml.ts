/** The encodings that an XML document may begin with. Source: https://www.w3.org/TR/xml/#sec-guessing */
const XML_STARTS: readonly {
  readonly bytes: readonly number[];
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
}[] = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
  { bytes: [0x3c, 0x00], encoding: 'utf-16le' },
  { bytes: [0x00, 0x3c], encoding: 'utf-16be' },
];

/** What the beginning of an XML document tells. */
export interface XmlStart {
  /** Name of the root element without its namespace prefix; null when the head ends before it. */
  readonly root: string | null;
}

/**
 * Reads the beginning of an XML document: declaration, comments, processing instructions and document type are passed
 * over. Null when the content does not begin like XML.
 */
export function readXmlStart(head: Uint8Array): XmlStart | null {
  const encoding = XML_STARTS.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte))?.encoding ?? 'utf-8';
  const text = new TextDecoder(encoding).decode(head).trimStart();
  if (!text.startsWith('<')) return null;
  let at = 0;
  let isDeclared = false;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    const rest = text.slice(at, at + 9);
    if (rest.startsWith('<?')) {
      isDeclared ||= rest.startsWith('<?xml');
      at = after(text, '?>', at);
    } else if (rest.startsWith('<!--')) at = after(text, '-->', at + 4);
    else if (rest.startsWith('<!DOCTYPE')) {
      isDeclared = true;
      at = afterDoctype(text, at);
    } else break;
    if (at >= text.length) return { root: null };
  }
  // <testsuites name="vpn">   <junit:testsuite   <testsuite/>
  const root = /^<(?:[\p{L}_][\p{L}\p{N}._-]*:)?([\p{L}_][\p{L}\p{N}._-]*)(?=[\s/>]|$)/u.exec(
    text.slice(at, at + 1_000),
  );
  if (root !== null) return { root: root[1] ?? null };
  return isDeclared ? { root: null } : null;
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}

/** A document type may hold declarations in brackets, and quoted angle brackets. */
function afterDoctype(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth += 1;
    else if (char === ']') depth -= 1;
    else if (char === '>' && depth === 0) return at + 1;
  }
  return text.length;
}
