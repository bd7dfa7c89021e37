import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CaseJson } from '../../shared/contract/case-json.ts';

const VERDICTS = z.array(z.enum(['fits', 'contributes', 'inconclusive', 'ruled-out']));
/** What can be wrong: what the first member of a `wrong` says, and the keys of `known`. */
const CHECKS = [
  'mechanism',
  'memory-exhaustion',
  'worker-timeout',
  'database-lock',
  'large-artifact',
  'infinite-loop',
  'pid',
  'operation',
  'timeout',
  'incidents',
  'also',
  'time',
  'seconds',
  'text',
] as const;

/**
 * What is true of an incident. Lists are what is allowed: all that one who knows the matter could conclude from this
 * evidence; what is left out is not asked for.
 */
const truthSchema = z.strictObject({
  /** What really happened. */
  story: z.string(),
  mechanism: z.array(z.string()),
  verdicts: z.partialRecord(z.enum(CHECKS), VERDICTS),
  /** When the evidence was saved, UTC. */
  saved: z.string(),
  pids: z.array(z.int().nullable()).optional(),
  /** What the worker was doing: a word that its name must have. */
  operation: z.string().optional(),
  /** gunicorn's setting, in seconds. */
  timeout: z.number().optional(),
  /** How many there are, from and to. */
  incidents: z.tuple([z.int(), z.int()]).optional(),
  /** Incidents besides the one that is analysed: mechanism and pid. */
  also: z.array(z.tuple([z.string(), z.int()])).optional(),
  /** How long the incident lasts, from and to. */
  seconds: z.tuple([z.number(), z.number()]).optional(),
  /** Something must be told of this time: the beginning of an ISO stamp in UTC. */
  time: z.string().optional(),
  /** Patterns that the printed text must and must not have. */
  text: z.strictObject({ must: z.array(z.string()).optional(), mustNot: z.array(z.string()).optional() }).optional(),
  /** What Inquest is known to get wrong here, each in words: to be mended, then taken out. */
  known: z.partialRecord(z.enum(CHECKS), z.string()).optional(),
});

export type Truth = z.infer<typeof truthSchema>;

export interface Outcome {
  readonly case: CaseJson;
  /** What the command line prints. */
  readonly text: string;
}

interface Wrong {
  readonly what: (typeof CHECKS)[number];
  readonly found: string;
}

export function readTruth(path: string): Truth {
  return truthSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** What of the outcome is not as it was; nothing where all is right. */
export function wrongOf(truth: Truth, { case: found, text }: Outcome): readonly Wrong[] {
  const { incident, incidents } = found;
  const wrong: Wrong[] = [];
  const check = (what: Wrong['what'], right: boolean, value: unknown): void => {
    if (!right) wrong.push({ what, found: String(value) });
  };
  const mechanism = incident?.mechanism ?? 'none';
  check('mechanism', truth.mechanism.includes(mechanism), mechanism);
  for (const { id, verdict } of found.hypotheses) check(id, truth.verdicts[id]?.includes(verdict) ?? true, verdict);
  if (truth.pids !== undefined) check('pid', truth.pids.includes(incident?.pid ?? null), incident?.pid);
  if (truth.operation !== undefined) {
    const operation = incident?.operation ?? '';
    check('operation', operation.toLowerCase().includes(truth.operation.toLowerCase()), operation);
  }
  if (truth.timeout !== undefined) {
    check('timeout', found.config?.timeoutSeconds === truth.timeout, found.config?.timeoutSeconds);
  }
  if (truth.incidents !== undefined) {
    const [least, most] = truth.incidents;
    check('incidents', incidents.length >= least && incidents.length <= most, incidents.length);
  }
  for (const [kind, pid] of truth.also ?? []) {
    check(
      'also',
      incidents.some((each) => each.mechanism === kind && each.pid === pid),
      `no ${kind} of ${pid}`,
    );
  }
  if (truth.time !== undefined) {
    const times = [...incidents.flatMap(({ start, end }) => [start, end]), ...found.timeline.map(({ time }) => time)];
    check(
      'time',
      times.some((time) => time?.startsWith(truth.time ?? '')),
      `nothing at ${truth.time}`,
    );
  }
  if (truth.seconds !== undefined) {
    const [least, most] = truth.seconds;
    const seconds = (Date.parse(incident?.end ?? '') - Date.parse(incident?.start ?? '')) / 1000;
    check('seconds', seconds >= least && seconds <= most, seconds);
  }
  const flat = text.replace(/\s+/g, ' ');
  for (const each of truth.text?.must ?? []) check('text', new RegExp(each).test(flat), `does not say ${each}`);
  for (const each of truth.text?.mustNot ?? []) check('text', !new RegExp(each).test(flat), `says ${each}`);
  return wrong;
}
