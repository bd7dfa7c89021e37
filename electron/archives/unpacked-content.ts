import { detectBinary } from '../../shared/evidence/formats/detect-binary.ts';
import type { FoundFile } from '../files/inventory.ts';
import { HEAD_BYTES } from '../files/limits.ts';
import type { ArchiveContents } from './archive-contents.ts';
import { COMPRESSIONS, type CompressionFormat } from './compression/compressions.ts';
import { JoinedText, type Joins } from './joined-text.ts';
import { findTarHeader, isDamagedTar, TarReader } from './tar.ts';

/** As much of what begins behind a gap is looked at for the header of a tar. */
const GAP_HEAD_BYTES = 1024 * 1024;
const TAR_NAME = /\.(?:tar\.[a-z0-9]+|tgz|tbz2?|txz|tzst)$/i;
const GAPS_TOLD = 5;
const BREAKS_OFF = 'It breaks off where the archive is damaged';
/** Gaps that are looked beyond for what the content is. */
const HEAD_PARTS = 16;

/** What comes out of a compressed file: taken apart where it is a tar, else one file. */
export class UnpackedContent {
  readonly #archive: FoundFile;
  readonly #contents: ArchiveContents;
  readonly #format: CompressionFormat;
  #target: TarReader | JoinedText | null = null;
  /** What came before it was known what it is, a part for each stretch without a gap. */
  #head: Uint8Array[] = [new Uint8Array(0)];
  #beginsBehindGap = false;
  /** How what is taken for one file begins. */
  #first: Uint8Array = new Uint8Array(0);
  /** What comes behind a gap of it, until it is known that no tar begins there. */
  #behind: Uint8Array | null = null;

  constructor(archive: FoundFile, contents: ArchiveContents, format: CompressionFormat) {
    this.#archive = archive;
    this.#contents = contents;
    this.#format = format;
  }

  async write(output: Uint8Array): Promise<void> {
    if (this.#behind !== null) {
      this.#behind = Buffer.concat([this.#behind, output]);
      if (this.#behind.length >= GAP_HEAD_BYTES) await this.#settle();
      return;
    }
    if (this.#target !== null) return put(this.#target, output);
    const last = this.#head.length - 1;
    this.#head[last] = Buffer.concat([this.#head[last] ?? new Uint8Array(0), output]);
    const headBytes = this.#head.reduce((sum, part) => sum + part.length, 0);
    if (headBytes >= (this.#head.length > 1 ? GAP_HEAD_BYTES : HEAD_BYTES)) await this.#open();
  }

  /** Bytes are missing here. */
  async gap(): Promise<void> {
    await this.#settle();
    if (this.#target instanceof JoinedText) this.#behind = new Uint8Array(0);
    else if (this.#target !== null) await this.#target.gap();
    else if (this.#head.length >= HEAD_PARTS) await (await this.#open()).gap();
    else this.#head.push(new Uint8Array(0));
  }

  /** Ends the content; returns what is damaged of the tar, if it is one. */
  async end(isWhole: boolean): Promise<string | null> {
    await this.#settle();
    const target = this.#target ?? (await this.#open());
    if (target instanceof TarReader) return (await target.end()).damage;
    target.finish();
    this.#contents.closeSingle(this.#format, isWhole, faultOf(target.joins, this.#beginsBehindGap));
    return null;
  }

  async #open(): Promise<TarReader | JoinedText> {
    const begins = this.#head.findIndex((part) => part.length > 0);
    this.#beginsBehindGap = begins > 0;
    const [first = new Uint8Array(0), ...behind] = this.#head.slice(Math.max(0, begins));
    this.#head = [];
    const isTar = isTarHead(first);
    const holdsTar = isTar || ((this.#beginsBehindGap || behind.length > 0) && this.#hasTarBehind([first, ...behind]));
    const target = holdsTar ? this.#contents.openTar() : new JoinedText(this.#contents.openSingle());
    this.#target = target;
    if (holdsTar) this.#archive.archive = COMPRESSIONS[this.#format].tarFormat;
    else this.#first = first;
    // What is no header is not where a tar begins.
    if (holdsTar && !isTar) await target.gap();
    await put(target, first);
    for (const part of behind) {
      await target.gap();
      await put(target, part);
    }
    return target;
  }

  /**
   * Ends the look behind a gap of one file. Of a tar whose beginning is damaged, what came in front of the gap told nothing:
   * it stays a file of its own, and the tar begins here.
   */
  async #settle(): Promise<void> {
    const behind = this.#behind;
    const target = this.#target;
    if (behind === null || !(target instanceof JoinedText)) return;
    this.#behind = null;
    if (!this.#hasTarBehind([this.#first, behind])) return goOn(target, behind);
    target.finish();
    this.#contents.closeSingle(this.#format, false, faultOf(target.joins, this.#beginsBehindGap) ?? BREAKS_OFF);
    const tar = this.#contents.openTar();
    this.#target = tar;
    this.#archive.archive = COMPRESSIONS[this.#format].tarFormat;
    await tar.gap();
    await tar.feed(behind);
  }

  #hasTarBehind(parts: readonly Uint8Array[]): boolean {
    const isOther = parts.some((part) => (detectBinary(part, part.length)?.format ?? 'tar') !== 'tar');
    if (isOther) return false;
    return TAR_NAME.test(this.#archive.name) || parts.some((part) => findTarHeader(part, 'anywhere') !== -1);
  }
}

function isTarHead(head: Uint8Array): boolean {
  const found = detectBinary(head, head.length);
  return found === null ? isDamagedTar(head) : found.format === 'tar';
}

async function put(target: TarReader | JoinedText, output: Uint8Array): Promise<void> {
  if (target instanceof TarReader) await target.feed(output);
  else target.write(output);
}

/** Writes what comes behind a gap. */
function goOn(target: JoinedText, behind: Uint8Array): void {
  target.gap();
  target.write(behind);
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
