import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';

/** Sources that are named in a message; a case may have thousands. */
const NAMED_SOURCES = 12;

/**
 * Which source a person means: the one of that path, else the only one whose path ends in it at a `/`. Null when there is
 * none, or when several end so.
 */
export function sourceNamed(paths: readonly string[], name: string): number | null {
  const wanted = name.replace(/^\.?\/+/, '');
  const exact = paths.indexOf(wanted);
  if (exact >= 0) return exact;
  const ending = paths.flatMap((path, index) => (path.endsWith(`/${wanted}`) ? [index] : []));
  return ending.length === 1 ? (ending[0] ?? null) : null;
}

/** Why a name leads to no source, with those that there are. */
export function unknownSource({ files }: Pick<ImportedEvidence, 'files'>, name: string): string {
  const timed = files.filter((file) => file.time !== null);
  const listed = timed.slice(0, NAMED_SOURCES).map((file) => `  ${file.path}`);
  if (timed.length > listed.length) listed.push(`  and ${timed.length - listed.length} more`);
  const ending = files.filter((file) => file.path.endsWith(`/${name}`)).length;
  const why = ending > 1 ? `${ending} sources end in "${name}"; name one by its path` : `No source is named "${name}"`;
  return `${why}. Sources with times:\n${listed.join('\n')}`;
}
