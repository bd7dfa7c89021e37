import { z } from 'zod';
import { HYPOTHESIS_IDS } from '../model/analysis.ts';
import type { EvidenceFile } from '../model/evidence.ts';
import {
  type Judgement,
  MOST_COMMENT_CHARS,
  MOST_JUDGEMENTS,
  MOST_READINGS,
  type RecordPlace,
  STRENGTHS,
} from '../model/judgement.ts';
import { type EpochMicros, epochMicros } from '../model/time.ts';

/**
 * Judgements of a case as a file beside it (`*.inquest-notes.json`): what was overruled and observed, and the sums of the
 * evidence that it is about. It comes from a person's disk, so it is read like anything else from outside.
 */

const words = z.string().trim().min(1).max(MOST_COMMENT_CHARS);
const id = z.string().min(1).max(100);
/** The SHA-256 of a file, lower-case hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const placeSchema: z.ZodType<RecordPlace> = z.strictObject({
  sha256: sha256Schema,
  byteOffset: z.int().nonnegative(),
  byteLength: z.int().nonnegative(),
  line: z.int().positive().nullable(),
});
/** The records that show an incident. */
export const subjectSchema = z.array(placeSchema).max(16);

/** What an observation says of the hypotheses: each at most once, at least one. */
export const readingsSchema = z
  .array(
    z.strictObject({
      hypothesis: z.enum(HYPOTHESIS_IDS),
      speaks: z.enum(['for', 'against']),
      strength: z.enum(STRENGTHS),
    }),
  )
  .min(1)
  .max(MOST_READINGS)
  .refine((readings) => new Set(readings.map(({ hypothesis }) => hypothesis)).size === readings.length, {
    message: 'a hypothesis is named twice',
  });

/** From 1970 on, in microseconds. */
export const timeSchema: z.ZodType<EpochMicros> = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .transform((micros) => epochMicros(micros));

export const commentSchema = words;
export const factIdSchema = id;

const judgementSchema: z.ZodType<Judgement> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('overruling'),
    id,
    about: subjectSchema,
    factId: id,
    factText: z.string().max(10_000),
    comment: words,
  }),
  z.strictObject({
    kind: z.literal('observation'),
    id,
    about: subjectSchema,
    text: words,
    readings: readingsSchema,
    time: timeSchema.nullable(),
    place: placeSchema.nullable(),
  }),
]);

/** All judgements of a case. */
export const judgementsSchema = z
  .array(judgementSchema)
  .max(MOST_JUDGEMENTS)
  .refine((all) => new Set(all.map((each) => each.id)).size === all.length, { message: 'an id is there twice' });

const notesSchema = z.strictObject({
  schema: z.literal('inquest.notes/1'),
  evidence: z.array(z.strictObject({ path: z.string(), sha256: sha256Schema })).max(100_000),
  judgements: judgementsSchema,
});

/** Text of the file: two spaces of indent and a line feed at the end. */
export function notesText(files: readonly EvidenceFile[], judgements: readonly Judgement[]): string {
  const notes = {
    schema: 'inquest.notes/1',
    evidence: files.map(({ path, sha256: sum }) => ({ path, sha256: sum })),
    judgements,
  };
  return `${JSON.stringify(notes, null, 2)}\n`;
}

/** Why a file holds no notes for a case, for people. */
export class NotesProblem extends Error {
  override readonly name = 'NotesProblem';
}

/** Brackets within each other; notes have five. */
const MOST_DEPTH = 32;

/** Looked at first: a megabyte of brackets becomes a hundred times as much of lists within lists. */
function isNestedDeeply(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isInText) {
      if (character === '\\') at += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}

/** Reads the file for a case. Throws NotesProblem when it is no such file, or is about none of the case's evidence. */
export function readNotes(text: string, files: readonly Pick<EvidenceFile, 'sha256'>[]): readonly Judgement[] {
  if (isNestedDeeply(text)) throw new NotesProblem('It has more lists within lists than notes ever have.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotesProblem('It is not JSON.');
  }
  const parsed = notesSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new NotesProblem(`It is not a file of notes: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`.trim());
  }
  const sums = new Set(files.map((file) => file.sha256));
  if (!parsed.data.evidence.some((file) => sums.has(file.sha256))) {
    throw new NotesProblem('Its notes are about other evidence: no file of this case has a sum that it names.');
  }
  return parsed.data.judgements;
}
