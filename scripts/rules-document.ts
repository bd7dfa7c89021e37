import { RULE_FAMILIES } from '../shared/facts/facts.ts';
import { EVIDENCE_KINDS, type Reading, type RuleData, type RuleFamily } from '../shared/facts/rule.ts';
import { type Fact, HYPOTHESIS_IDS, HYPOTHESIS_TITLES } from '../shared/model/analysis.ts';

/** A sentence that each rule was seen to say: the first of these facts that is its. */
export function examplesOf(facts: readonly Fact[]): ReadonlyMap<string, string> {
  const examples = new Map<string, string>();
  for (const { id, text } of facts) if (!examples.has(id)) examples.set(id, text);
  return examples;
}

/** docs/rules.md: what every rule says, weighs, decides, needs and rests on. */
export function rulesDocument(examples: ReadonlyMap<string, string>): string {
  const families: readonly RuleFamily[] = RULE_FAMILIES;
  return [
    '# Rules',
    '',
    'Every built-in rule from which a verdict is drawn, printed from the rules themselves by `npm run rules`. A rule finds a fact:',
    'a sentence for people, the bytes that it rests on, and weights. A weight is the natural logarithm of a likelihood ratio: how',
    'much likelier the evidence is if the hypothesis is true (positive) or not (negative). An empty cell is neutral, and a rule',
    'without weights informs. A weight in **bold** decides: only such a fact rules a hypothesis out, or lets it fit by itself.',
    'Where several cases of a rule hold, the weights of each count. What verdicts make of it all is in',
    '`shared/hypotheses/assess.ts`.',
    '',
    ...families.flatMap((family) => familySection(family, examples)),
  ].join('\n');
}

function familySection({ name, about, rules }: RuleFamily, examples: ReadonlyMap<string, string>): readonly string[] {
  return [
    `## ${name}`,
    '',
    `${about} (\`shared/facts/${name}-facts.ts\`)`,
    '',
    ...rules.flatMap((rule) => ruleSection(rule, examples.get(rule.id) ?? '')),
  ];
}

function ruleSection(rule: RuleData, example: string): readonly string[] {
  const { id, needs, basis, cases } = rule;
  const rows = [
    ...(isTelling(rule) ? [['always', rule] as const] : []),
    ...Object.values(cases ?? {}).flatMap((each) => (isTelling(each) ? [[`where ${each.when}`, each] as const] : [])),
  ];
  const bases = [{ when: null, basis }, ...Object.values(cases ?? {})].flatMap((each) =>
    each.basis === undefined ? [] : [each.when === null ? each.basis : `where ${each.when}: ${each.basis}`],
  );
  return [
    `### ${id}`,
    '',
    `> ${escaped(example)}`,
    '',
    ...(rows.length === 0 ? ['Weighs nothing.'] : weightTable(rows)),
    '',
    `Needs: ${needs.map((need) => EVIDENCE_KINDS[need]).join('; ')}.`,
    `Source: ${bases.map(escaped).join(' — ')}.`,
    '',
  ];
}

function isTelling({ weights, decides }: Reading): boolean {
  return weights !== undefined || decides !== undefined;
}

/** One row a case, one column a hypothesis. */
function weightTable(rows: readonly (readonly [when: string, reading: Reading])[]): readonly string[] {
  return [
    `| case | ${HYPOTHESIS_IDS.map((id) => HYPOTHESIS_TITLES[id]).join(' | ')} |`,
    `|---|${HYPOTHESIS_IDS.map(() => '---:|').join('')}`,
    ...rows.map(
      ([when, reading]) => `| ${escaped(when)} | ${HYPOTHESIS_IDS.map((id) => cell(reading, id)).join(' | ')} |`,
    ),
  ];
}

function cell({ weights = {}, decides = {} }: Reading, id: (typeof HYPOTHESIS_IDS)[number]): string {
  const weight = weights[id];
  const words = weight === undefined ? '' : `${weight > 0 ? '+' : '−'}${Number(Math.abs(weight).toFixed(2))}`;
  if (decides[id] === undefined) return words;
  return words === '' ? `**${decides[id]}**` : `**${words}**`;
}

/** Text of evidence and of sources as Markdown shows it. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[|*<]/g, '\\$&');
}
