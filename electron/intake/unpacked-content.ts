import { detectBinary } from '../../shared/evidence/detect-binary.ts';
import type { ArchiveContents } from './archive-contents.ts';
import type { COMPRESSIONS, CompressionFormat } from './compressions.ts';
import { HEAD_BYTES } from './identify.ts';
import type { FoundFile } from './inventory.ts';
import { JoinedText, type Joins } from './joined-text.ts';
import { findTarHeader, isDamagedTar, TarReader } from './tar.ts';

/** As much of what begins behind a gap is looked at for the header of a tar. */
const GAP_HEAD_BYTES = 1024 * 1024;
const TAR_NAME = /\.(?:tar\.[a-z0-9]+|tgz|tbz2?|txz|tzst)$/i;
const GAPS_TOLD = 5;

/** What comes out of a compressed file: taken apart where it is a tar, else one file. */
export class UnpackedContent {
  readonly #archive: FoundFile;
  readonly #contents: ArchiveContents;
  readonly #tarFormat: (typeof COMPRESSIONS)[CompressionFormat]['tarFormat'];
  #target: TarReader | JoinedText | null = null;
  /** What came before it was known what it is. */
  #head: Uint8Array[] = [];
  #headBytes = 0;
  #beginsBehindGap = false;

  constructor(
    archive: FoundFile,
    contents: ArchiveContents,
    tarFormat: (typeof COMPRESSIONS)[CompressionFormat]['tarFormat'],
  ) {
    this.#archive = archive;
    this.#contents = contents;
    this.#tarFormat = tarFormat;
  }

  async write(output: Uint8Array): Promise<void> {
    if (this.#target !== null) return put(this.#target, output);
    this.#head.push(output);
    this.#headBytes += output.length;
    if (this.#headBytes >= (this.#beginsBehindGap ? GAP_HEAD_BYTES : HEAD_BYTES)) await this.#open();
  }

  /** Bytes are missing here. */
  async gap(): Promise<void> {
    if (this.#target === null && this.#headBytes === 0) {
      this.#beginsBehindGap = true;
      return;
    }
    const target = this.#target ?? (await this.#open());
    await target.gap();
  }

  /** Ends the content; returns what is damaged of the tar, if it is one. */
  async end(format: CompressionFormat, isWhole: boolean): Promise<string | null> {
    const target = this.#target ?? (await this.#open());
    if (target instanceof TarReader) return (await target.end()).damage;
    target.finish();
    this.#contents.closeSingle(format, isWhole, faultOf(target.joins, this.#beginsBehindGap));
    return null;
  }

  async #open(): Promise<TarReader | JoinedText> {
    const head = this.#head.length === 1 ? (this.#head[0] ?? new Uint8Array(0)) : Buffer.concat(this.#head);
    this.#head = [];
    const isTar = this.#isTar(head);
    const target = isTar ? this.#contents.openTar() : new JoinedText(this.#contents.openSingle());
    this.#target = target;
    if (isTar) this.#archive.archive = this.#tarFormat;
    if (this.#beginsBehindGap && target instanceof TarReader) await target.gap();
    await put(target, head);
    return target;
  }

  #isTar(head: Uint8Array): boolean {
    const found = detectBinary(head, head.length);
    if (found !== null) return found.format === 'tar';
    if (isDamagedTar(head)) return true;
    return this.#beginsBehindGap && (findTarHeader(head, 'anywhere') !== -1 || TAR_NAME.test(this.#archive.name));
  }
}

async function put(target: TarReader | JoinedText, output: Uint8Array): Promise<void> {
  if (target instanceof TarReader) await target.feed(output);
  else target.write(output);
}

/** What is wrong with a file that has gaps; undefined when it has none. */
function faultOf({ gapsAt, leftOutBytes }: Joins, beginsBehindGap: boolean): string | undefined {
  const places = beginsBehindGap ? [0, ...gapsAt] : gapsAt;
  if (places.length === 0) return undefined;
  const more = places.length > GAPS_TOLD ? ` and ${places.length - GAPS_TOLD} more` : '';
  const leftOut =
    leftOutBytes === 0 ? '' : `, and ${leftOutBytes} bytes behind that belong to a lost beginning were left out`;
  return `Something is missing in front of byte ${places.slice(0, GAPS_TOLD).join(', ')}${more} of it, where the archive is damaged${leftOut}`;
}
