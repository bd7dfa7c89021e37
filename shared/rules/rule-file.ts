import { type Document, isNode, LineCounter } from 'yaml';
import { z } from 'zod';
import { HYPOTHESIS_IDS } from '../model/analysis.ts';
import type { CaseProblem } from '../model/evidence.ts';
import { RULE_LIMITS, RULE_WEIGHT_LIMIT, type RuleFact } from '../model/rules.ts';
import { wordsOf } from '../model/thrown.ts';
import { ConditionError, readCondition } from './condition.ts';
import { FieldError, type FieldValue, readField } from './field-test.ts';
import { RULE_FIELDS, type Rule, type RuleEvent, type RuleTest } from './rule.ts';
import { RuleFileLimit, yamlDocuments } from './rule-yaml.ts';
import { readTimespan } from './timespan.ts';

const name = z.string().min(1).max(200);
const value = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
const fields = z.record(z.string(), z.union([value, z.array(value)]));
const selection = z.union([fields, z.array(z.union([z.string().max(10_000), fields]))]);
const weight = z.number().min(-RULE_WEIGHT_LIMIT).max(RULE_WEIGHT_LIMIT);

const fact = z.strictObject({
  text: z.string().min(1).max(1_000),
  basis: z.string().min(1).max(1_000),
  weights: z.partialRecord(z.enum(HYPOTHESIS_IDS), weight).default({}),
});

/** What Sigma has besides (author, references, level, ...) is for people and read over. */
const ruleSchema = z.looseObject({
  title: name,
  id: name.optional(),
  name: name.optional(),
  tags: z.array(name).max(20).default([]),
  logsource: z.looseObject({ service: name.optional() }).optional(),
  detection: z.looseObject({ condition: z.union([z.string(), z.array(z.string()).min(1)]) }).optional(),
  correlation: z
    .looseObject({
      type: z.enum(['temporal_ordered', 'event_count']),
      rules: z.union([name, z.array(name).min(1).max(RULE_LIMITS.steps)]),
      'group-by': z.array(z.enum(RULE_FIELDS)).max(RULE_FIELDS.length).default([]),
      timespan: z.string(),
      condition: z
        .looseObject({ gte: z.int().min(1).max(1_000_000).optional(), gt: z.int().min(0).max(1_000_000).optional() })
        .optional(),
    })
    .optional(),
  fact: fact.optional(),
});
type RuleText = z.infer<typeof ruleSchema>;

/** Something wrong, and the way through the YAML document to it. */
class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly path: readonly PropertyKey[];

  constructor(message: string, path: readonly PropertyKey[]) {
    super(message);
    this.path = path;
  }
}

/** What a rule file holds, and what is wrong with it; a rule that is wrong is left out and the others stay. */
export interface RuleFileContent {
  readonly rules: readonly Rule[];
  readonly problems: readonly CaseProblem[];
}

/**
 * Reads a file of rules: YAML, one rule a document (`---` between them). Never throws; every problem names line and column.
 * Source of the form: https://sigmahq.io/docs/basics/rules.html and https://sigmahq.io/docs/meta/correlations.html
 */
export function readRuleFile(text: string, file: string): RuleFileContent {
  const rules: Rule[] = [];
  const problems: CaseProblem[] = [];
  const lines = new LineCounter();
  const report = (message: string, offset: number): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ path: file, kind: 'malformed-record', message: `Line ${line}, column ${col}: ${message}` });
  };
  let documents: ReturnType<typeof yamlDocuments>;
  try {
    documents = yamlDocuments(text, lines);
  } catch (error) {
    if (!(error instanceof RuleFileLimit)) throw error;
    return { rules, problems: [{ path: file, kind: 'limit-exceeded', message: error.message }] };
  }
  for (const document of documents) {
    const start = offsetOf(document, []);
    if (document.errors.length > 0) {
      for (const { message, pos } of document.errors) report(firstLine(message), pos[0]);
      continue;
    }
    try {
      // Aliases can blow up a small file.
      const content: unknown = document.toJS({ maxAliasCount: 100 });
      if (content === null) continue;
      const parsed = ruleSchema.safeParse(content);
      if (!parsed.success) {
        for (const issue of parsed.error.issues.slice(0, 10)) {
          report(
            `${issue.path.join('.')}${issue.path.length === 0 ? '' : ': '}${issue.message}`,
            offsetOf(document, issue.path),
          );
        }
        continue;
      }
      if (rules.length >= RULE_LIMITS.rules) throw new RuleError(`more than ${RULE_LIMITS.rules} rules`, []);
      rules.push(readRule(parsed.data, file, lines.linePos(start).line));
    } catch (error) {
      if (error instanceof RuleError) report(error.message, offsetOf(document, error.path));
      else report(firstLine(wordsOf(error)), start);
    }
  }
  return { rules, problems };
}

/**
 * The rules of several files together: ids must be unique, and correlations must name event rules that are there, of
 * whichever file.
 */
export function joinRules(files: readonly RuleFileContent[]): RuleFileContent {
  const problems = files.flatMap((file) => file.problems);
  const byId = new Map<string, Rule>();
  const omit = ({ file, line }: Rule, message: string): void => {
    problems.push({ path: file, kind: 'malformed-record', message: `Line ${line}: ${message}` });
  };
  for (const rule of files.flatMap((file) => file.rules)) {
    if (byId.has(rule.id)) omit(rule, `there is another rule "${rule.id}"; this one is left out`);
    else if (byId.size >= RULE_LIMITS.rules) omit(rule, `more than ${RULE_LIMITS.rules} rules; this one is left out`);
    else byId.set(rule.id, rule);
  }
  const rules = [...byId.values()].filter((rule) => {
    if (rule.type === 'event') return true;
    const missing = rule.steps.find((step) => byId.get(step)?.type !== 'event');
    if (missing !== undefined) omit(rule, `there is no rule "${missing}" about single events; this one is left out`);
    return missing === undefined;
  });
  return { rules, problems };
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/** Where the node at a path begins, or the nearest one above it. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return node.range[0];
  }
  return document.range[0];
}

function readRule(rule: RuleText, file: string, line: number): Rule {
  const base = {
    // Sigma's correlations name rules by `name` or `id`.
    id: rule.name ?? rule.id ?? rule.title,
    title: rule.title,
    file,
    line,
    tags: rule.tags,
    fact: factOf(rule),
  };
  if (rule.correlation !== undefined) return readCorrelation(rule.correlation, base);
  if (rule.detection === undefined) throw new RuleError('a rule needs a detection or a correlation', []);
  const { test, hasRegex } = readDetection(rule.detection, rule.logsource?.service ?? null);
  return { ...base, type: 'event', test, hasRegex };
}

function factOf({ fact: given }: RuleText): RuleFact | null {
  if (given === undefined) return null;
  const weights: RuleFact['weights'] = given.weights;
  return { text: given.text, basis: given.basis, weights };
}

function readCorrelation(
  correlation: NonNullable<RuleText['correlation']>,
  base: Omit<Extract<Rule, { type: 'event' }>, 'type' | 'test' | 'hasRegex'>,
): Rule {
  const timespanMicros = readTimespan(correlation.timespan);
  if (timespanMicros === null) {
    throw new RuleError(`"${correlation.timespan}" is no timespan: 30s, 5m, 2h, 1d`, ['correlation', 'timespan']);
  }
  const steps = typeof correlation.rules === 'string' ? [correlation.rules] : correlation.rules;
  const { type, condition } = correlation;
  if (type === 'temporal_ordered' && steps.length < 2) {
    throw new RuleError('a sequence needs two rules or more', ['correlation', 'rules']);
  }
  const atLeast = condition?.gte ?? (condition?.gt === undefined ? null : condition.gt + 1);
  if (type === 'event_count' && atLeast === null) {
    throw new RuleError('event_count needs a condition with gte or gt', ['correlation']);
  }
  return { ...base, type, steps, groupBy: correlation['group-by'], timespanMicros, atLeast: atLeast ?? steps.length };
}

function readDetection(
  detection: NonNullable<RuleText['detection']>,
  service: string | null,
): { readonly test: RuleTest; readonly hasRegex: boolean } {
  const { condition, ...named } = detection;
  const selections = new Map<string, RuleTest>();
  let hasRegex = false;
  for (const [title, content] of Object.entries(named)) {
    if (title === 'timeframe') continue;
    if (selections.size >= RULE_LIMITS.selections) throw new RuleError('too many selections', ['detection']);
    const parsed = selection.safeParse(content);
    if (!parsed.success) {
      throw new RuleError(`${title} is no selection: fields with values, or a list of them`, ['detection', title]);
    }
    const read = readSelection(parsed.data, ['detection', title]);
    hasRegex ||= read.hasRegex;
    selections.set(title, read.test);
  }
  const conditions = typeof condition === 'string' ? [condition] : condition;
  try {
    const tests = conditions.map((text) => {
      if (text.length > RULE_LIMITS.conditionCharacters) throw new ConditionError('the condition is too long');
      return readCondition(text, selections);
    });
    const isService = service === null ? null : serviceTest(service);
    return {
      hasRegex,
      test: (event) => (isService === null || isService(event)) && tests.some((test) => test(event)),
    };
  } catch (error) {
    if (error instanceof ConditionError) throw new RuleError(error.message, ['detection', 'condition']);
    throw error;
  }
}

/** `logsource.service` is the unit, with or without its ending, or the identifier of the log line. */
function serviceTest(service: string): RuleTest {
  const wanted = service.toLowerCase();
  return ({ unit, identifier }: RuleEvent) => {
    const own = unit?.toLowerCase();
    return own === wanted || own === `${wanted}.service` || identifier?.toLowerCase() === wanted;
  };
}

function readSelection(
  content: z.infer<typeof selection>,
  path: readonly PropertyKey[],
): { readonly test: RuleTest; readonly hasRegex: boolean } {
  if (!Array.isArray(content)) return readFields(content, path);
  const parts = content.map((each, index) =>
    // A bare text is looked for anywhere in the message.
    typeof each === 'string' ? readFields({ 'message|contains': each }, path) : readFields(each, [...path, index]),
  );
  if (parts.length === 0) throw new RuleError('the selection is empty', path);
  return {
    test: (event) => parts.some(({ test }) => test(event)),
    hasRegex: parts.some((part) => part.hasRegex),
  };
}

function readFields(
  content: z.infer<typeof fields>,
  path: readonly PropertyKey[],
): { readonly test: RuleTest; readonly hasRegex: boolean } {
  const parts = Object.entries(content).map(([key, values]) => {
    const list: readonly FieldValue[] = Array.isArray(values) ? values : [values];
    try {
      return readField(key, list);
    } catch (error) {
      if (error instanceof FieldError) throw new RuleError(error.message, [...path, key]);
      throw error;
    }
  });
  if (parts.length === 0) throw new RuleError('the selection is empty', path);
  return {
    test: (event) => parts.every(({ test }) => test(event)),
    hasRegex: parts.some((part) => part.hasRegex),
  };
}
