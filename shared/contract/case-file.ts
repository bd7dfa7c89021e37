import { z } from 'zod';
import type { Annotation } from '../model/annotation.ts';
import { MOST_CLOCK_OFFSET_MICROS } from '../model/clock-offset.ts';
import { DATABASE_VIEW_IDS } from '../model/database.ts';
import { RULE_LIMITS } from '../model/rules.ts';
import type { Work } from '../model/work-history.ts';
import { isZone } from '../model/zone.ts';
import { ANNOTATIONS_VERSION, annotationsSchema } from './annotations-json.ts';
import { MOST_SQL_CHARACTERS } from './database-limits.ts';
import { judgementsSchema, sha256Schema, subjectSchema } from './notes-json.ts';

/**
 * A case as a file (`*.inquest`): where its evidence lies and what it was, and everything that a person said and chose
 * about it. It holds no evidence. It comes from a person's disk, perhaps from another machine and another version, so it is
 * read like anything else from outside.
 */

/** Larger than any case file that Inquest writes: rule files at their limit, and the names of 100,000 files. */
export const MOST_CASE_FILE_BYTES = 128 * 1024 * 1024;
const VERSION = 'case/1';
/** More than a report holds: those that could not be run again stay beside those that are in it. */
const MOST_QUERIES = 1_000;

const path = z
  .string()
  .min(1)
  .max(32_768)
  .refine((text) => !text.includes('\0'), { message: 'a path holds a NUL' });
const bytes = z.int().nonnegative();
const modified = z.int().nullable();
const zone = z.string().max(64).refine(isZone, { message: 'no time zone' });
const words = z.string().max(10_000);

const sourceSchema = z.strictObject({
  path,
  /** `/`-separated, from the folder of the case file; null where there is no such way. */
  relative: path.nullable(),
  kind: z.enum(['file', 'folder']),
  /** Of a file; null for a folder. */
  bytes: bytes.nullable(),
  /** Microseconds since 1970. */
  modified,
});
/** Something that was given to be read: a file, a folder or an archive, by where it lay. */
export type CaseSource = z.infer<typeof sourceSchema>;

const knownFileSchema = z.strictObject({
  /** As `EvidenceFile.path`. */
  path,
  bytes,
  modified,
  sha256: sha256Schema,
  /** Set when reading ended early: the sum is that of this many first bytes. */
  hashedBytes: bytes.optional(),
});
/** A file of the evidence as it was when it was read. */
export type KnownFile = z.infer<typeof knownFileSchema>;

/** What a person was looking at. */
export const caseViewStateSchema = z.strictObject({
  tab: z.enum(['evidence', 'timeline', 'artifact', 'database', 'verdict', 'report']),
  /** Text of the search field. */
  query: z.string().max(10_000),
  /** `utc`, `host`, `laptop`, or the name of a zone. */
  zone: z
    .string()
    .max(64)
    .refine((text) => ['utc', 'host', 'laptop'].includes(text) || isZone(text), { message: 'no time zone' }),
});
export type CaseViewState = z.infer<typeof caseViewStateSchema>;

const caseFileSchema = z.strictObject({
  inquest: z.literal(VERSION),
  /** The same for as long as it is the same case, wherever the file lies. */
  id: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  title: words,
  /** What had happened, in a line; empty where nothing was found. */
  headline: words,
  /** When something was changed last. */
  changed: z.iso.datetime(),
  sources: z.array(sourceSchema).min(1).max(10_000),
  evidence: z.array(knownFileSchema).max(100_000),
  judgements: judgementsSchema,
  /** Left out where there are none, as in every file from before they were: such a file is read by earlier versions too. */
  annotations: z.strictObject({ version: z.literal(ANNOTATIONS_VERSION), entries: annotationsSchema }).optional(),
  /** The incident that was chosen, by records that show it; null for the worst one. */
  incident: subjectSchema.nullable(),
  zones: z.strictObject({
    whereAssumed: zone.nullable(),
    bySource: z.array(z.strictObject({ path, zone })).max(10_000),
  }),
  /** Corrections of clocks in microseconds, by the path of the source. */
  clockOffsets: z
    .array(z.strictObject({ path, micros: z.int().min(-MOST_CLOCK_OFFSET_MICROS).max(MOST_CLOCK_OFFSET_MICROS) }))
    .max(100_000),
  /** The text of rule files: they hold wherever the case is opened. */
  rules: z
    .array(z.strictObject({ name: z.string().max(4_096), text: z.string().max(RULE_LIMITS.fileBytes) }))
    .max(RULE_LIMITS.files),
  /** Statements whose results are in the report, by the path of the database. */
  queries: z
    .array(
      z.strictObject({ database: path, view: z.enum(DATABASE_VIEW_IDS), sql: z.string().max(MOST_SQL_CHARACTERS) }),
    )
    .max(MOST_QUERIES),
  view: caseViewStateSchema,
});
export type CaseFile = z.infer<typeof caseFileSchema>;

/** Why a file is no case file, for people. */
export class CaseFileProblem extends Error {
  override readonly name = 'CaseFileProblem';
}

/**
 * Text of the file: two spaces of indent and a line feed at the end. Throws CaseFileProblem for a case that could not be read
 * again: better told while it is open than found out when it is needed.
 */
export function caseFileText(file: CaseFile): string {
  const issue = caseFileSchema.safeParse(file).error?.issues[0];
  if (issue !== undefined) throw new CaseFileProblem(`It is beyond a limit: ${issue.path.join('.')} ${issue.message}`);
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Reads the text of a case file. Throws CaseFileProblem when it is none, is cut, or is of a version that is not known. */
export function readCaseText(text: string): CaseFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CaseFileProblem('It is not JSON. It may be cut short.');
  }
  const version = typeof value === 'object' && value !== null && 'inquest' in value ? value.inquest : null;
  if (typeof version === 'string' && version !== VERSION && /^case\/\d{1,9}$/.test(version)) {
    throw new CaseFileProblem(`It was saved by a newer version of Inquest (${version}; this one reads ${VERSION}).`);
  }
  if (version !== VERSION) throw new CaseFileProblem('It is not a case file.');
  if (hasNewerAnnotations(value)) {
    throw new CaseFileProblem('It has annotations of a newer version of Inquest.');
  }
  const parsed = caseFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') ?? '';
  throw new CaseFileProblem(`It is not a valid case file. ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`);
}

function hasNewerAnnotations(value: unknown): boolean {
  const annotations = typeof value === 'object' && value !== null && 'annotations' in value ? value.annotations : null;
  if (typeof annotations !== 'object' || annotations === null || !('version' in annotations)) return false;
  return typeof annotations.version === 'number' && annotations.version > ANNOTATIONS_VERSION;
}

/** The work that a case file holds. */
export function workIn({ judgements, annotations }: CaseFile): Work {
  return { judgements, annotations: annotations?.entries ?? [] };
}

/** The member of a case file for annotations; none without any. */
export function annotationsMember(annotations: readonly Annotation[]): Pick<CaseFile, 'annotations'> {
  return annotations.length === 0 ? {} : { annotations: { version: ANNOTATIONS_VERSION, entries: [...annotations] } };
}

/** What a person did, as text: two case files with the same differ in nothing that could be lost. */
export function workOf(file: CaseFile): string {
  const { judgements, annotations, incident, zones, rules, queries } = file;
  const sources = file.sources.map((source) => source.path).sort();
  // Of these the order means nothing, and another reading may list them in another one.
  const bySource = byPath(zones.bySource);
  const clockOffsets = byPath(file.clockOffsets);
  return JSON.stringify([
    sources,
    judgements,
    annotations?.entries ?? [],
    incident,
    zones.whereAssumed,
    bySource,
    clockOffsets,
    rules,
    queries,
  ]);
}

function byPath<T extends { readonly path: string }>(all: readonly T[]): readonly T[] {
  return [...all].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * The case as it is now, with what an earlier file of it has and this reading could not apply: sources that were not there,
 * files that were in them, and what was said of them. Nothing is dropped because evidence was away for once.
 */
export function mergedCase(now: CaseFile, earlier: CaseFile, absent: readonly CaseSource[]): CaseFile {
  const given = new Set(now.sources.map((source) => source.path));
  const files = new Set(now.evidence.map((file) => file.path));
  const notRead = <T extends { readonly path: string }>(all: readonly T[]): T[] =>
    all.filter((each) => !isNamed(files, each.path));
  return {
    ...now,
    sources: [...now.sources, ...absent.filter((source) => !given.has(source.path))],
    // Of sources that were read, what is gone is gone, and was told; of those that were not, all is as it was.
    evidence: absent.length === 0 ? now.evidence : [...now.evidence, ...notRead(earlier.evidence)],
    zones: { ...now.zones, bySource: [...now.zones.bySource, ...notRead(earlier.zones.bySource)] },
    clockOffsets: [...now.clockOffsets, ...notRead(earlier.clockOffsets)],
  };
}

/** Whether a name means one of these paths: it is one, or how one ends. */
function isNamed(paths: ReadonlySet<string>, name: string): boolean {
  return paths.has(name) || [...paths].some((each) => each.endsWith(`/${name}`));
}

/** How evidence differs from what it was when the case was saved, by paths within the case. */
export interface EvidenceChanges {
  /** The bytes are others. */
  readonly changed: readonly string[];
  /** Neither a file of that path nor one with those bytes is there. */
  readonly missing: readonly string[];
}

/** Compares the evidence of a case with what was saved. A sum of a part is compared with nothing: the rest was not read. */
export function evidenceChanges(saved: readonly KnownFile[], now: readonly KnownFile[]): EvidenceChanges {
  const byPath = new Map(now.map((file) => [file.path, file]));
  const sums = new Set(now.map((file) => file.sha256));
  const changed: string[] = [];
  const missing: string[] = [];
  for (const before of saved) {
    if (sums.has(before.sha256)) continue;
    const after = byPath.get(before.path);
    if (after === undefined) missing.push(before.path);
    else if (before.bytes !== after.bytes || (before.hashedBytes === undefined && after.hashedBytes === undefined))
      changed.push(before.path);
  }
  return { changed, missing };
}

/** The case with a source that lies elsewhere now. What was said of a file under its old name holds under the new one. */
export function relocated(file: CaseFile, index: number, place: CaseSource): CaseFile {
  const source = file.sources[index];
  if (source === undefined) return file;
  const before = lastSegment(source.path);
  const after = lastSegment(place.path);
  const renamed = <T extends { readonly path: string }>(each: T): T => {
    if (before === after) return each;
    if (each.path === before) return { ...each, path: after };
    return each.path.startsWith(`${before}/`) ? { ...each, path: `${after}${each.path.slice(before.length)}` } : each;
  };
  return {
    ...file,
    sources: file.sources.map((each, at) => (at === index ? place : each)),
    evidence: file.evidence.map(renamed),
    zones: { ...file.zones, bySource: file.zones.bySource.map(renamed) },
    clockOffsets: file.clockOffsets.map(renamed),
    queries: file.queries.map((query) => ({ ...query, database: renamed({ path: query.database }).path })),
  };
}

function lastSegment(of: string): string {
  return of.split(/[/\\]/).filter(Boolean).at(-1) ?? of;
}
