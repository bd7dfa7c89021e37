import { carriersOf } from '../../shared/evidence/formats/carriers-of.ts';
import { detectFormat } from '../../shared/evidence/formats/detect.ts';
import { layoutOfFormat } from '../../shared/evidence/formats/layout.ts';
import { sniffZone } from '../../shared/evidence/formats/sniff-zone.ts';
import { firstBytes } from '../../shared/evidence/formats/unknown.ts';
import type { LogLayout } from '../../shared/evidence/reading/log-layout.ts';
import type { EvidenceFormat } from '../../shared/model/evidence.ts';
import type { FoundFile } from '../files/inventory.ts';
import { HEAD_BYTES } from '../files/limits.ts';
import { baseName, folderName, visibleName } from '../files/names.ts';
import { EvidenceReader } from '../files/read-only.ts';
import { datesItself } from './time-plan.ts';

/** What a file is, why it is taken for that, and how far its stamps speak for themselves. */
export interface Identified {
  readonly format: EvidenceFormat;
  readonly why: string;
  /** Its first bytes for people, in hex and as characters. */
  readonly begins: string;
  /** The zone that its first stamps or notices tell, in minutes east of UTC. */
  readonly zoneMinutes: number | null;
  /** Whether its stamps need neither a year nor a zone from elsewhere. */
  readonly datesItself: boolean;
  /** How its lines are made up, where it is a log of a service; else null. */
  readonly layout: LogLayout | null;
  /** What its lines are wrapped in, outermost first. */
  readonly carriers: readonly string[];
}

/** Tells a file's format from its content. Throws the file system's error when it cannot be read. */
export function identify(file: FoundFile): Identified {
  if (file.archive !== null) {
    return {
      format: file.archive,
      why: 'its content is an archive',
      begins: '',
      zoneMinutes: null,
      datesItself: true,
      layout: null,
      carriers: [],
    };
  }
  const reader = new EvidenceReader(file.absolutePath);
  try {
    const head = reader.at(0, HEAD_BYTES);
    const { format, why } = detectFormat(head, visibleName(baseName(file.name)), reader.stamp.bytes);
    const zoneMinutes = sniffZone(head);
    const layout = layoutOfFormat(format, head);
    return {
      ...{ format, why, begins: firstBytes(head), zoneMinutes, datesItself: datesItself(format, zoneMinutes) },
      layout,
      carriers: carriersOf(head, layout),
    };
  } finally {
    reader.close();
  }
}

/** Files that SQLite keeps beside a database, named after it (https://www.sqlite.org/tempfiles.html). */
const SIDECARS = [
  { ending: '-wal', format: 'sqlite-wal' },
  { ending: '-shm', format: 'sqlite-shm' },
  { ending: '-journal', format: 'sqlite-journal' },
] as const;
type SidecarFormat = (typeof SIDECARS)[number]['format'];

/** A database with the indexes of what lies beside it. */
export interface DatabaseGroup {
  readonly main: number;
  readonly wal: number | null;
  readonly shm: number | null;
  readonly journal: number | null;
}

/** Where a file lies, so that files of two archives or folders with the same paths stay apart. */
function placeOf(file: FoundFile, name: string): string {
  const holder = file.container?.absolutePath ?? '';
  // A loose file lies where the disk has it: a database and its -wal may be given as two paths.
  if (file.container === null) return `${folderName(file.absolutePath.replaceAll('\\', '/'))}/${baseName(name)}`;
  return `${holder}\0${name}`;
}

/**
 * Puts databases together with what lies beside them, and gives a sidecar whose content says nothing (a `-wal` of 0 bytes
 * after a checkpoint, an all-zero `-shm`) the format that its name and its database tell. Changes `formats` in place.
 */
export function groupDatabases(files: readonly FoundFile[], formats: EvidenceFormat[]): DatabaseGroup[] {
  const indexByPlace = new Map<string, number>();
  for (const [index, file] of files.entries()) indexByPlace.set(placeOf(file, file.name), index);
  const groups: DatabaseGroup[] = [];
  // A file without content or of no format beside its own -wal or -journal is a database that was lost, overwritten or encrypted.
  const isLostDatabase = (file: FoundFile, told: readonly EvidenceFormat[], index: number): boolean =>
    (told[index] === 'empty' || told[index] === 'unknown') &&
    SIDECARS.some(({ ending, format }) => {
      const beside = indexByPlace.get(placeOf(file, `${file.name}${ending}`));
      return ending !== '-shm' && beside !== undefined && told[beside] === format;
    });
  for (const [main, file] of files.entries()) {
    if (formats[main] !== 'sqlite' && !isLostDatabase(file, formats, main)) continue;
    formats[main] = 'sqlite';
    const sidecar = (ending: string, format: SidecarFormat): number | null => {
      const index = indexByPlace.get(placeOf(file, `${file.name}${ending}`));
      if (index === undefined) return null;
      const told = formats[index];
      if (told === 'empty' || told === 'unknown') formats[index] = format;
      return formats[index] === format ? index : null;
    };
    const [wal, shm, journal] = SIDECARS.map(({ ending, format }) => sidecar(ending, format));
    groups.push({ main, wal: wal ?? null, shm: shm ?? null, journal: journal ?? null });
  }
  return groups;
}
