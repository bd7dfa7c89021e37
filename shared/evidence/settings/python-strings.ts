import { NotEvaluated } from './python-values.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The parts of a string literal as it stands in the source. */
export interface StringLiteral {
  readonly isRaw: boolean;
  readonly isBytes: boolean;
  /** Offsets of its content in the literal. */
  readonly from: number;
  readonly to: number;
}

/** `rb"..."`, `'''...'''`. Source: https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals */
export function readLiteralShape(literal: string): StringLiteral {
  const found = /^([a-z]*)("""|'''|"|')/i.exec(literal);
  const prefix = found?.[1] ?? '';
  const quote = found?.[2] ?? '';
  const from = prefix.length + quote.length;
  return {
    isRaw: /r/i.test(prefix),
    isBytes: /b/i.test(prefix),
    from,
    to: Math.max(from, literal.length - quote.length),
  };
}

/** The text that a literal's content stands for. Throws NotEvaluated for named and malformed escapes. */
export function unescapeText(content: string, isRaw: boolean): string {
  if (isRaw) return content;
  return content.replace(
    /\\(?:([0-7]{1,3})|x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([\s\S]))/gi,
    (match, octal?: string, hex?: string, short?: string, long?: string, char?: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      // The flags make `\X41` match as `\x41` does, which Python leaves as it is.
      if (match.startsWith('\\X') || (short !== undefined && match.startsWith('\\U'))) throw new NotEvaluated();
      const code = hex ?? short ?? long;
      if (code !== undefined) {
        const point = Number.parseInt(code, 16);
        if (point > 0x10ffff) throw new NotEvaluated();
        return String.fromCodePoint(point);
      }
      if (char === 'N' || char === 'x' || char === 'u' || char === 'U') throw new NotEvaluated();
      return Object.hasOwn(SIMPLE_ESCAPES, char ?? '') ? (SIMPLE_ESCAPES[char ?? ''] ?? '') : match;
    },
  );
}
