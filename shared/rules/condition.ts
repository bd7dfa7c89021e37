import type { RuleTest } from './rule.ts';

/** A condition that cannot be read; the message says why. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

/** `not` and parentheses within one another: more is no condition that a person wrote. */
const DEPTH_LIMIT = 50;

/**
 * Reads a Sigma condition over named selections: `a and not (b or c)`, `1 of sel*`, `all of them`. `not` binds tightest,
 * then `and`, then `or`. Throws ConditionError. Source: https://sigmahq.io/docs/basics/conditions.html
 */
export function readCondition(text: string, selections: ReadonlyMap<string, RuleTest>): RuleTest {
  const tokens = text.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const peek = (): string | undefined => tokens[at]?.toLowerCase();
  const take = (): string | undefined => tokens[at++];

  const either = (depth: number): RuleTest => {
    const parts = [both(depth)];
    while (peek() === 'or') {
      at += 1;
      parts.push(both(depth));
    }
    return parts.length === 1 ? (parts[0] as RuleTest) : (event) => parts.some((part) => part(event));
  };
  const both = (depth: number): RuleTest => {
    const parts = [single(depth)];
    while (peek() === 'and') {
      at += 1;
      parts.push(single(depth));
    }
    return parts.length === 1 ? (parts[0] as RuleTest) : (event) => parts.every((part) => part(event));
  };
  const single = (depth: number): RuleTest => {
    if (depth > DEPTH_LIMIT) throw new ConditionError('the condition is nested too deeply');
    const word = take();
    if (word === undefined) throw new ConditionError('the condition ends where a selection should follow');
    const lower = word.toLowerCase();
    if (lower === 'not') {
      const part = single(depth + 1);
      return (event) => !part(event);
    }
    if (word === '(') {
      const part = either(depth + 1);
      if (take() !== ')') throw new ConditionError('a parenthesis is not closed');
      return part;
    }
    if ((lower === '1' || lower === 'any' || lower === 'all') && peek() === 'of') {
      at += 1;
      const parts = named(take());
      return lower === 'all'
        ? (event) => parts.every((part) => part(event))
        : (event) => parts.some((part) => part(event));
    }
    const selection = selections.get(word);
    if (selection === undefined) throw new ConditionError(`there is no selection "${word}"`);
    return selection;
  };
  /** `them` is every selection but those that begin with an underscore; `sel*` those whose name begins so. */
  const named = (pattern: string | undefined): readonly RuleTest[] => {
    if (pattern === undefined) throw new ConditionError('"of" needs a name of selections, such as sel* or them');
    const found = [...selections].filter(([name]) =>
      pattern.toLowerCase() === 'them'
        ? !name.startsWith('_')
        : pattern.endsWith('*')
          ? name.startsWith(pattern.slice(0, -1))
          : name === pattern,
    );
    if (found.length === 0) throw new ConditionError(`no selection is called ${pattern}`);
    return found.map(([, test]) => test);
  };

  const test = either(0);
  if (at < tokens.length) throw new ConditionError(`"${tokens[at]}" is out of place in the condition`);
  return test;
}
