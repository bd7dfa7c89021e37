import type { Incident } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { SERVICE_KINDS } from '../model/event.ts';
import type { EvidenceFile, EvidenceId } from '../model/evidence.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';

/** Which evidence is about the service of an incident. */
export interface OwnEvidence {
  /** The evidence with the settings, measurements and listings of other services left out; files, events and databases are whole. */
  readonly evidence: CaseEvidence;
  readonly isOwn: (id: EvidenceId) => boolean;
}

/**
 * The evidence that is about the service of an incident, where several were given: what lies in a folder is about the services whose
 * logs are in it, or in the next folder above that has any; what names another container in its path is about that. Of several
 * settings the nearest come first.
 */
export function ownEvidence(evidence: CaseEvidence, record: IncidentRecord | null): OwnEvidence {
  const { files, events } = evidence;
  const sources = record === null ? new Set<EvidenceId>() : sourcesOf(record);
  if (record === null || sources.size === 0) return { evidence, isOwn: () => true };
  const byId = new Map(files.map((file) => [file.id, file]));
  const foldersOf = (ids: Iterable<EvidenceId>): ReadonlySet<string> =>
    new Set([...ids].flatMap((id) => ancestors(byId.get(id))));
  const ofServices = foldersOf([...events.filesWithKinds(SERVICE_KINDS), ...sources]);
  const ofIncident = foldersOf(sources);
  const others = events.places.filter((place) => place !== null && place !== record.place);
  /** The nearest folder with a service's log; the deeper, the more it is of one service. */
  const domainOf = (id: EvidenceId): string => ancestors(byId.get(id)).find((folder) => ofServices.has(folder)) ?? '';
  const isOwn = (id: EvidenceId): boolean => {
    const path = byId.get(id)?.path ?? '';
    if (!ofIncident.has(domainOf(id))) return false;
    return names(path, record.place) || !others.some((place) => names(path, place));
  };
  const own = <T>(each: readonly T[], idOf: (one: T) => EvidenceId): readonly T[] =>
    each.filter((one) => isOwn(idOf(one)));
  const bySource = ({ source }: { readonly source: { readonly evidenceId: EvidenceId } }): EvidenceId =>
    source.evidenceId;
  const service = serviceNames(record.incident);
  const nearness = (id: EvidenceId): number =>
    domainOf(id).length * 2 + Number(service.some((name) => names(byId.get(id)?.path ?? '', name)));
  const nearestFirst = <T>(each: readonly T[], idOf: (one: T) => EvidenceId): readonly T[] =>
    own(each, idOf).toSorted((a, b) => nearness(idOf(b)) - nearness(idOf(a)));
  const { host } = evidence;
  return {
    isOwn,
    evidence: {
      ...evidence,
      configs: nearestFirst(evidence.configs, ({ evidenceId }) => evidenceId),
      processes: own(evidence.processes, bySource),
      vmstat: own(evidence.vmstat, bySource),
      hostMemory: own(evidence.hostMemory, bySource),
      ...(host === undefined
        ? {}
        : {
            host: {
              ...host,
              units: nearestFirst(host.units, ({ evidenceId }) => evidenceId),
              launches: nearestFirst(host.launches, ({ evidenceId }) => evidenceId),
              filesystems: own(host.filesystems, bySource),
              fileSizes: own(host.fileSizes, bySource),
              load: own(host.load, bySource),
              stacks: own(host.stacks, bySource),
              traces: own(host.traces, bySource),
              locks: own(host.locks, bySource),
              openFiles: own(host.openFiles, bySource),
              pressures: own(host.pressures, bySource),
              sessions: own(host.sessions, bySource),
            },
          }),
    },
  };
}

/** The files that tell of an incident. */
function sourcesOf({ death, operation, failure }: IncidentRecord): ReadonlySet<EvidenceId> {
  // The same words of an application may stand in logs of several services; of a death only its own arbiter tells.
  const told =
    death === null
      ? [failure, ...(operation?.lines ?? []).map(({ event }) => event)]
      : [death.timeout, death.end, death.life.boot];
  return new Set(
    told.flatMap((event) =>
      event === null || event === undefined
        ? []
        : [event.source, ...(event.copies ?? [])].map(({ evidenceId }) => evidenceId),
    ),
  );
}

/** The folders that a file lies in, the innermost first; the last is what holds everything that was given. */
function ancestors(file: EvidenceFile | undefined): readonly string[] {
  if (file === undefined) return [''];
  const parts = file.path.split('/').slice(0, -1);
  const root = file.given === undefined ? [] : [`given ${file.given}`];
  const folders = [...root, ...parts];
  return [...folders.map((_, depth) => folders.slice(0, folders.length - depth).join('/')), ''];
}

/** What the service of an incident may be called in settings: `web` of `web.service`, `web-1`, `web.1`, `web-5f7c-x2x9/web`. */
export function serviceNames({ unit, place }: Pick<Incident, 'unit' | 'place'>): readonly string[] {
  const found = new Set<string>();
  for (const name of [unit, place]) {
    for (const part of name?.split('/') ?? []) {
      const bare = part.replace(/\.(?:service|scope|slice)$/, '');
      found.add(bare);
      // compose and swarm number what they start
      found.add(bare.replace(/[-_.]\d+$/, ''));
    }
  }
  found.delete('');
  return [...found].sort((a, b) => b.length - a.length);
}

/** Whether a path names a container, pod or host: `ps-web-1.txt`, `web-1/ps.txt`. */
function names(path: string, place: string | null): boolean {
  if (place === null || place === '') return false;
  return place.split('/').some((part) => {
    const at = path.indexOf(part);
    const isWord = (code: number): boolean => /[\p{L}\p{N}]/u.test(String.fromCharCode(code));
    return (
      at >= 0 &&
      (at === 0 || !isWord(path.charCodeAt(at - 1))) &&
      (at + part.length === path.length || !isWord(path.charCodeAt(at + part.length)))
    );
  });
}
