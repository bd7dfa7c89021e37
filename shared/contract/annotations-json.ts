import { z } from 'zod';
import {
  type Annotation,
  MOST_ANNOTATIONS,
  MOST_EXCERPT_CHARS,
  MOST_HIDDEN,
  MOST_TAG_CHARS,
  MOST_TEMPLATE_CHARS,
} from '../model/annotation.ts';
import { commentSchema, placeSchema, timeSchema } from './notes-json.ts';

/** Annotations as a case file holds them, and what the window sends of them. */

/** Counts up when a file with annotations could no longer be read by this version. */
export const ANNOTATIONS_VERSION = 1;

const id = z.string().min(1).max(100);
/** Words on one line, without commas: several tags are typed in one field. */
export const tagSchema = z
  .string()
  .trim()
  .min(1)
  .max(MOST_TAG_CHARS)
  .regex(/^[^,\n\r\t]*$/, { message: 'a tag is words on one line, without commas' });
const record = z.strictObject({
  place: placeSchema,
  time: timeSchema,
  message: z.string().max(MOST_EXCERPT_CHARS),
});
const moment = z.strictObject({ time: timeSchema, place: placeSchema.nullable() });

const annotationSchema: z.ZodType<Annotation> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bookmark'), id, record }),
  z.strictObject({ kind: z.literal('tag'), id, record, tag: tagSchema }),
  z.strictObject({ kind: z.literal('comment'), id, record, text: commentSchema }),
  z.strictObject({ kind: z.literal('range'), id, from: moment, to: moment, text: commentSchema }),
  z.strictObject({ kind: z.literal('event'), id, time: timeSchema, text: commentSchema }),
  z.strictObject({ kind: z.literal('hidden'), id, template: z.string().min(1).max(MOST_TEMPLATE_CHARS) }),
]);

/** All annotations of a case. */
export const annotationsSchema = z
  .array(annotationSchema)
  .max(MOST_ANNOTATIONS)
  .refine((all) => new Set(all.map((each) => each.id)).size === all.length, { message: 'an id is there twice' })
  .refine((all) => all.filter(({ kind }) => kind === 'hidden').length <= MOST_HIDDEN, {
    message: `more than ${MOST_HIDDEN} kinds of messages are hidden`,
  });
