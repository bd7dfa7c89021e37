import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { bunzip2 } from './bunzip2.ts';
import type { Decompress } from './decompress.ts';
import { gunzip } from './gunzip.ts';
import { inflateRaw } from './inflate.ts';
import { unxz } from './unxz.ts';
import { unzstd } from './unzstd.ts';

/** One way in which a stream of bytes is compressed. */
interface Compression {
  readonly decompress: Decompress;
  /** What a tar compressed that way is called. */
  readonly tarFormat: EvidenceFormat & `tar-${string}`;
  /** Endings of the name that the content loses with the compression. */
  readonly ending: RegExp;
}

/** Compressed files by the format that detection gives them. */
export const COMPRESSIONS = {
  gzip: { decompress: gunzip, tarFormat: 'tar-gzip', ending: /\.gz$/i },
  bzip2: { decompress: bunzip2, tarFormat: 'tar-bzip2', ending: /\.bz2?$/i },
  xz: { decompress: unxz, tarFormat: 'tar-xz', ending: /\.xz$/i },
  zstd: { decompress: unzstd, tarFormat: 'tar-zstd', ending: /\.zstd?$/i },
} as const satisfies Partial<Record<EvidenceFormat, Compression>>;

export type CompressionFormat = keyof typeof COMPRESSIONS;

export function isCompression(format: EvidenceFormat): format is CompressionFormat {
  return format in COMPRESSIONS;
}

/** Compression methods of ZIP members. Source: APPNOTE.TXT, section 4.4.5, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export const ZIP_METHODS: ReadonlyMap<number, Decompress> = new Map([
  [8, inflateRaw],
  [12, bunzip2],
  [93, unzstd],
  [95, unxz],
]);
export const ZIP_STORED = 0;
