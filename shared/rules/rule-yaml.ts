import { Composer, type Document, Lexer, type LineCounter, Parser } from 'yaml';
import { RULE_LIMITS } from '../model/rules.ts';

/** A file that has more of something than a file of rules may have; the message says what and how many. */
export class RuleFileLimit extends Error {
  override readonly name = 'RuleFileLimit';
}

/**
 * The documents of a YAML file. Each limit is looked at as the text is taken apart, before anything is made of it: comparing
 * the keys of a mapping takes the square of their number, and nested collections are gone through by recursion. Throws
 * RuleFileLimit.
 */
export function yamlDocuments(text: string, lines: LineCounter): readonly Document.Parsed[] {
  if (text.length > RULE_LIMITS.fileBytes) throw new RuleFileLimit('A rule file may have 1 MiB.');
  const composer = new Composer({ lineCounter: lines, prettyErrors: false });
  return [...composer.compose(limitedTokens(text, lines))];
}

function* limitedTokens(text: string, lines: LineCounter): ReturnType<Parser['parse']> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let pieces = 0;
  let documents = 0;
  for (const lexeme of new Lexer().lex(text)) {
    pieces += 1;
    if (pieces > RULE_LIMITS.yamlPieces)
      throw limit(RULE_LIMITS.yamlPieces, 'pieces of YAML (keys, values, signs, spaces between them)');
    for (const token of parser.next(lexeme)) {
      if (token.type === 'document') documents += 1;
      if (documents > RULE_LIMITS.yamlDocuments) throw limit(RULE_LIMITS.yamlDocuments, 'documents');
      yield token;
    }
    if (parser.stack.length > RULE_LIMITS.yamlDepth)
      throw limit(RULE_LIMITS.yamlDepth, 'collections within each other');
    const top = parser.stack.at(-1);
    if (top !== undefined && 'items' in top && top.items.length > RULE_LIMITS.yamlEntries)
      throw limit(RULE_LIMITS.yamlEntries, 'keys of one mapping, or entries of one list');
  }
  yield* parser.end();
}

function limit(most: number, of: string): RuleFileLimit {
  return new RuleFileLimit(`A rule file may have at most ${most.toLocaleString('en-US')} ${of}.`);
}
