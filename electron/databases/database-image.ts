import { type DatabaseInput, readDatabase } from '../../shared/evidence/sqlite/database.ts';
import type { PageView } from '../../shared/evidence/sqlite/views.ts';
import type { DatabaseReport, DatabaseViewId } from '../../shared/model/database.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import { EvidenceReader, READ_CHUNK_BYTES } from '../files/read-only.ts';
import { putUnlessZero } from './sparse-bytes.ts';

/**
 * An image that is handed over instead of being copied once more: sql.js's in-memory file keeps `data.slice(0, length)`
 * of what it is given (MEMFS.stream_ops.write in emscripten's libmemfs.js), which here is the image itself.
 */
class HandedOverImage extends Uint8Array<ArrayBufferLike> {
  /** Parts of it are plain arrays. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    const isWhole = (start ?? 0) === 0 && (end ?? this.length) === this.length;
    // Nobody asks it what memory it lies in, which a true copy would have of its own.
    return isWhole ? (this as Uint8Array as Uint8Array<ArrayBuffer>) : super.slice(start, end);
  }
}

/** An image for one `SQL.Database` at a time that does not write to it. */
export function handedOver(image: ArrayBufferLike): Uint8Array {
  return new HandedOverImage(image);
}

/** As imageOf, in memory that several threads can share. */
export function sharedImageOf(view: PageView): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(view.readablePages * view.pageSize);
  fillImage(new Uint8Array(memory), view);
  return memory;
}

/** A copy of one state as a database file that needs nothing beside it. It may be handed to one `SQL.Database` only. */
function imageOf(view: PageView): Uint8Array {
  const memory = new ArrayBuffer(view.readablePages * view.pageSize);
  fillImage(new Uint8Array(memory), view);
  return handedOver(memory);
}

function fillImage(image: Uint8Array, view: PageView): void {
  for (let pageNumber = 1; pageNumber <= view.readablePages; pageNumber += 1) {
    const page = view.page(pageNumber);
    if (page !== null) image.set(page, (pageNumber - 1) * view.pageSize);
  }
  // Versions 1 mean rollback journal; with 2 SQLite would look for a -wal.
  // Source: https://www.sqlite.org/fileformat2.html#file_format_version_numbers
  image[18] = 1;
  image[19] = 1;
  // A transaction that has allocated pages tells their number on page 1 last; behind it SQLite reads nothing.
  const header = new DataView(image.buffer);
  if (view.readablePages > header.getUint32(28)) {
    header.setUint32(28, view.readablePages);
    header.setUint32(92, header.getUint32(24));
  }
}

/**
 * One state of a database as an image that sql.js opens; null when the files do not have that state (see
 * `DatabaseReport.views`). The image of an open transaction is the raw mixture of old and new pages: where interior pages
 * had not been written, SQL does not reach all of its rows.
 */
export function databaseImage(input: DatabaseInput, viewId: DatabaseViewId): Uint8Array | null {
  const view = readDatabase(input).views.get(viewId);
  return view === undefined ? null : imageOf(view);
}

/**
 * Reads a database of a case again, read-only, with what lies beside it. `pathOf` gives a file's place on the disk (its
 * unpacked copy for one from an archive); null when the main file has none. Throws the file system's error.
 */
export function readDatabaseInput(
  report: Pick<DatabaseReport, 'evidenceId' | 'path' | 'wal' | 'journalEvidenceId'>,
  pathOf: (evidenceId: EvidenceId) => string | null,
): DatabaseInput | null {
  const read = (evidenceId: EvidenceId | null | undefined) => {
    const path = evidenceId === null || evidenceId === undefined ? null : pathOf(evidenceId);
    return path === null || evidenceId === null || evidenceId === undefined
      ? null
      : { evidenceId, bytes: wholeFile(path) };
  };
  const main = read(report.evidenceId);
  if (main === null) return null;
  return {
    evidenceId: report.evidenceId,
    path: report.path,
    main: main.bytes,
    wal: read(report.wal?.evidenceId),
    journal: read(report.journalEvidenceId),
    hasShm: false,
  };
}

function wholeFile(path: string): Uint8Array {
  const reader = new EvidenceReader(path);
  try {
    const bytes = new Uint8Array(reader.stamp.bytes);
    const buffer = new Uint8Array(READ_CHUNK_BYTES);
    for (let chunk = reader.nextInto(buffer); chunk !== null; chunk = reader.nextInto(buffer))
      putUnlessZero(bytes, reader.position - chunk.length, chunk);
    return bytes.subarray(0, reader.position);
  } finally {
    reader.close();
  }
}
