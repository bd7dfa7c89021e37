import { z } from 'zod';
import {
  ACTION_TYPES,
  EXPECTED_FINDING_IDS,
  HYPOTHESIS_IDS,
  MECHANISMS,
  PHASE_NAMES,
  QUESTION_IDS,
  VERDICTS,
} from '../model/analysis.ts';
import { PARSE_MODES } from '../model/artifact.ts';
import { EVENT_KINDS, SEVERITIES } from '../model/event.ts';
import { EVIDENCE_FORMATS, PROBLEM_KINDS } from '../model/evidence.ts';
import { STRENGTHS } from '../model/judgement.ts';
import { CASE_SCHEMA } from './case-schema-name.ts';

/**
 * The case as JSON: what `inquest analyze --json` writes and what is attached to the PDF. Scripts read it, so it only ever
 * grows: by members that are left out where they say nothing, all else under a new schema name. Times are ISO 8601 UTC with
 * microseconds; what is unknown is null, never a guess.
 */

const count = z.int().nonnegative();
const isoMicros = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

const sourceJson = z.strictObject({
  evidenceId: z.string(),
  byteOffset: count,
  byteLength: count,
  line: count.nullable(),
});

const factJson = z.strictObject({
  id: z.string(),
  text: z.string(),
  weight: z.number(),
  /** Whether it decides by itself, of the hypothesis that it stands under or of any. */
  decides: z.boolean(),
  events: z.array(sourceJson),
});

const incidentJson = z.strictObject({
  id: z.string(),
  pid: z.int().nullable(),
  unit: z.string().nullable(),
  /** The container, pod or dyno that the pid is of, where logs of several were given; null where they are of one place. */
  container: z.string().nullable(),
  operation: z.string().nullable(),
  start: isoMicros,
  end: isoMicros,
  mechanism: z.enum(MECHANISMS),
  phases: z.array(
    z.strictObject({ name: z.enum(PHASE_NAMES), from: isoMicros, to: isoMicros, seconds: z.number().nonnegative() }),
  ),
  /** The other deaths of the same moment. */
  together: z.array(z.string()),
  /** null: nothing says who ended it, or nobody died. */
  killer: z.strictObject({ name: z.string(), why: z.string() }).nullable(),
});

const parseProfileJson = z.strictObject({
  seconds: z.number().nonnegative(),
  peakHeapBytes: count,
  peakRssBytes: count,
  cpuSeconds: z.number().nonnegative().optional(),
  peakExternalBytes: count.optional(),
  gc: z.strictObject({ count, pauseMillis: z.number().nonnegative() }).optional(),
  /** Of which the median is the profile. */
  runs: count.optional(),
  memoryLimitBytes: count.nullable().optional(),
  /** `atBytes`: what had been parsed when it ended, null of a finished run. */
  outcome: z
    .strictObject({
      kind: z.enum(['finished', 'damaged', 'memory-limit', 'cancelled']),
      atBytes: count.nullable(),
      limitBytes: count.nullable(),
    })
    .optional(),
});

export const caseJsonSchema = z.strictObject({
  schema: z.literal(CASE_SCHEMA),
  evidence: z.array(
    z.strictObject({
      id: z.string(),
      path: z.string(),
      format: z.enum(EVIDENCE_FORMATS),
      bytes: count,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      events: count,
      /** What wraps its lines, outermost first. */
      carriers: z.array(z.string()),
      /** Lines that belong to no record, and those of them that speak of an end. */
      unread: count,
      unreadGrave: count,
      problems: z.array(
        z.strictObject({ kind: z.enum(PROBLEM_KINDS), message: z.string(), byteOffset: count.nullable() }),
      ),
    }),
  ),
  incidents: z.array(incidentJson),
  incident: incidentJson.nullable(),
  timeline: z.array(
    z.strictObject({
      /** null where the record states no time. */
      time: isoMicros.nullable(),
      /** Set where the record states no time: it is not earlier than this. */
      notBefore: isoMicros.optional(),
      timestampDesc: z.string(),
      kind: z.enum(EVENT_KINDS),
      message: z.string(),
      pid: z.int().nullable(),
      severity: z.enum(SEVERITIES).nullable(),
      source: sourceJson,
      /** Where else the same journal entry stands; only where it stands in several exports. */
      otherSources: z.array(sourceJson).optional(),
      /** What the user's own rules call it; only where one matched. */
      tags: z.array(z.string()).optional(),
    }),
  ),
  artifact: z
    .strictObject({
      path: z.string(),
      bytes: count,
      testcases: count,
      suites: count,
      passed: count,
      failed: count,
      errors: count,
      skipped: count,
      profile: z.strictObject({ stream: parseProfileJson, tree: parseProfileJson.nullable() }),
      lines: count.optional(),
      dialect: z.string().nullable().optional(),
      encoding: z.string().optional(),
      declared: z
        .strictObject({
          tests: count.nullable(),
          failures: count.nullable(),
          errors: count.nullable(),
          skipped: count.nullable(),
          seconds: z.number().nonnegative().nullable(),
        })
        .optional(),
      durationSeconds: z.number().nonnegative().optional(),
      bytesByPart: z
        .strictObject({
          attributes: count,
          failureText: count,
          systemOut: count,
          systemErr: count,
          properties: count,
          otherText: count,
          markup: count,
        })
        .optional(),
      duplicateCases: count.optional(),
      maxDepth: count.optional(),
      longestTextBytes: count.optional(),
      damage: z.strictObject({ message: z.string(), line: count, column: count, byteOffset: count }).nullable(),
      /** Costs of other parsers for as many bytes; each says what it rests on. */
      estimates: z
        .array(
          z.strictObject({
            parser: z.string(),
            mode: z.enum(PARSE_MODES),
            seconds: z.number().nonnegative(),
            peakRssBytes: count,
            source: z.string(),
          }),
        )
        .optional(),
    })
    .nullable(),
  database: z
    .strictObject({
      path: z.string(),
      journalMode: z.string(),
      pageSize: count,
      pages: count,
      freelistPages: count,
      walBytes: count.nullable(),
      walFrames: count.nullable(),
      walCommittedFrames: count.nullable(),
      walUncommittedFrames: count.nullable(),
      hotJournal: z.boolean(),
      integrity: z.string().nullable(),
      tables: z.array(z.strictObject({ name: z.string(), rows: count.nullable(), bytes: count })),
      /** The job that the operation was about, by its number in the log; null without a numbered one or a list of jobs. */
      job: z
        .strictObject({
          key: z.string(),
          table: z.string(),
          committed: z.boolean(),
          /** Rows of its import; null where the table has no column that refers to it, or rows of several jobs are mixed. */
          committedRows: count.nullable(),
          uncommittedRows: count.nullable(),
          /** Rows that a whole import writes. */
          expectedRows: count.nullable(),
          /** Its own row, where it is committed and was kept. */
          values: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullable(),
        })
        .nullable(),
    })
    .nullable(),
  config: z
    .strictObject({
      /** Each is null where it is set to something that cannot be read; `timeoutText` is then how it is written. */
      timeoutSeconds: z.number().nullable(),
      timeoutSource: z.enum(['flag', 'environment', 'file', 'unit', 'log', 'default', 'unreadable']),
      timeoutText: z.string().nullable(),
      gracefulTimeoutSeconds: z.number().nullable(),
      workers: z.number().nullable(),
      workerClass: z.string().nullable(),
      maxRequests: z.number().nullable(),
    })
    .nullable(),
  hypotheses: z
    .array(
      z.strictObject({
        id: z.enum(HYPOTHESIS_IDS),
        verdict: z.enum(VERDICTS),
        score: z.number().min(0).max(1),
        for: z.array(factJson),
        against: z.array(factJson),
        missing: z.array(z.strictObject({ what: z.string(), command: z.string() })),
        /** Facts without which alone the verdict would be another; left out where no single one decides. */
        counterfactual: z.array(z.strictObject({ fact: z.string(), verdict: z.enum(VERDICTS) })).optional(),
      }),
    )
    .length(HYPOTHESIS_IDS.length),
  /** Facts against hypotheses, the most telling first; an overruled one has its comment, and counts nowhere else. */
  matrix: z
    .array(
      z.strictObject({
        fact: z.string(),
        text: z.string(),
        diagnosticity: z.number().nonnegative(),
        cells: z.array(
          z.strictObject({
            hypothesis: z.enum(HYPOTHESIS_IDS),
            reading: z.enum(['consistent', 'inconsistent', 'neutral']),
            weight: z.number(),
          }),
        ),
        overruled: z.string().optional(),
        observed: z.literal(true).optional(),
      }),
    )
    .optional(),
  overruled: z.array(z.strictObject({ fact: z.string(), text: z.string(), comment: z.string() })).optional(),
  observations: z
    .array(
      z.strictObject({
        id: z.string(),
        text: z.string(),
        readings: z.array(
          z.strictObject({
            hypothesis: z.enum(HYPOTHESIS_IDS),
            speaks: z.enum(['for', 'against']),
            strength: z.enum(STRENGTHS),
          }),
        ),
        time: isoMicros.nullable(),
        events: z.array(sourceJson),
      }),
    )
    .optional(),
  questions: z.array(
    z.strictObject({
      id: z.enum(QUESTION_IDS),
      question: z.string(),
      answer: z.string().nullable(),
      facts: z.array(factJson),
    }),
  ),
  expectedFindings: z.array(
    z.strictObject({
      id: z.enum(EXPECTED_FINDING_IDS),
      expected: z.string(),
      observed: z.string().nullable(),
      holds: z.boolean().nullable(),
    }),
  ),
  /** The incident as a review tells it; null is a field with nothing to say. */
  summary: z.strictObject({
    happened: z.string(),
    cause: z.string(),
    factor: z.string().nullable(),
    ruledOut: z.string().nullable(),
    undecided: z.string().nullable(),
    unexplained: z.string().nullable(),
    impact: z.string(),
    action: z.string(),
    caveats: z.array(z.string()),
  }),
  recommendations: z.array(
    z.strictObject({
      id: z.string(),
      text: z.string(),
      patch: z.string().nullable(),
      because: z.array(z.string()),
      action: z.enum(ACTION_TYPES),
      /** What the patch is written in; null for none, and for what is none of these. */
      kind: z.enum(['diff', 'sql', 'python', 'shell']).nullable(),
      /** The command that puts the patch into force. */
      apply: z.string().optional(),
      /** Whether this incident would not have happened with it, by the model of its course; null: unknown. */
      wouldHavePrevented: z.boolean().nullable(),
      /** What else would have come of it. */
      effect: z.string().optional(),
    }),
  ),
  /** What rules and the analyst put beside the evidence. */
  annotations: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('tag'), tag: z.string(), source: sourceJson }),
      z.strictObject({ kind: z.literal('bookmark'), source: sourceJson }),
      z.strictObject({
        kind: z.literal('comment'),
        text: z.string(),
        /** The dismissed fact that it is about. */
        fact: z.string().optional(),
        /** The record that it is about. */
        source: sourceJson.optional(),
        /** The stretch of time that it is about. */
        from: isoMicros.optional(),
        to: isoMicros.optional(),
      }),
      z.strictObject({
        kind: z.literal('event'),
        text: z.string(),
        time: isoMicros.nullable(),
        source: sourceJson.nullable(),
      }),
    ]),
  ),
  problems: z.array(z.strictObject({ path: z.string(), kind: z.enum(PROBLEM_KINDS), message: z.string() })),
});

export type CaseJson = z.infer<typeof caseJsonSchema>;
