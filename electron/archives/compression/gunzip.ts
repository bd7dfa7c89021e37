import { crc32 } from 'node:zlib';
import { type BytesFrom, type Decompress, UNEXPECTED_END } from './decompress.ts';
import { inflateMembers, tryInflateRaw } from './inflate.ts';
import { ByteWindow, type PartEnd, runsBehind } from './runs.ts';

/** RFC 1952, section 2.3. */
const MEMBER_MAGIC = Uint8Array.of(0x1f, 0x8b, 0x08);
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const FLAG_HEADER_CHECKSUM = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const FLAGS_RESERVED = 0xe0;
/** Names and comments are of any length; longer ones than this are not believed. */
const HEADER_LIMIT_BYTES = 64 * 1024;
/** Behind a damaged header, the data begins at its end or behind one of the first zeros, which end a name and a comment. */
const ZEROS_TRIED = 4;
const NAME_LIMIT_BYTES = 1024;
/** Members looked at behind damage, and what they may give, before the search is given up. */
const TRIALS_LIMIT = 100_000;
const TRIED_LIMIT_BYTES = 64 * 1024 * 1024 * 1024;

/**
 * gzip, several members after one another included. Behind damage, reading goes on at the next member whose checksum and
 * length hold, one whose own header is damaged included.
 */
export const gunzip: Decompress = async (next, from, write, onGap) => {
  const first = await inflateMembers(next, from, write);
  if (onGap === undefined || first.damage === null) return first;
  const members = new GzipMembers(from);
  // Half a download, as most that end too early are, has no member behind its end: that is looked at first, since it is cheap.
  if (first.damage === UNEXPECTED_END && (await members.behind(1)).length === 0) return first;
  const brokenAt = await members.firstBroken();
  const beheaded = await members.dataWithoutHeader(brokenAt);
  const parts: { readonly at: number; readonly dataAt: number }[] = [];
  if (beheaded !== null) parts.push({ at: brokenAt, dataAt: beheaded.dataAt });
  for (const at of await members.behind(beheaded?.end ?? brokenAt + 1)) {
    parts.push({ at, dataAt: members.dataAt(at) ?? at });
  }
  if (parts.length === 0) return first;
  let hasGap = false;
  let end = brokenAt;
  let damage: string | null = null;
  for (const { at, dataAt } of parts) {
    const to = at === brokenAt ? dataAt : at;
    const isHeader = at === brokenAt;
    hasGap ||= to > end && !isHeader;
    if (to > end) await onGap({ from: end, to, damage: first.damage, isHeader });
    let isWanted = true;
    const { consumedBytes, damage: cut } = await tryInflateRaw(from(dataAt), async (output, consumed) => {
      isWanted = await write(output, dataAt + consumed);
      return isWanted;
    });
    end = dataAt + consumedBytes + (cut === null ? TRAILER_BYTES : 0);
    damage = cut?.message ?? null;
    if (!isWanted) break;
  }
  return { damage, complete: damage === null && !hasGap, consumedBytes: end, unsupported: false };
};

/** Looks for whole members in a file, by unpacking them without keeping anything. */
export class GzipMembers {
  readonly #from: BytesFrom;
  readonly #window: ByteWindow;
  #trials = 0;
  #triedBytes = 0;

  constructor(from: BytesFrom) {
    this.#from = from;
    this.#window = new ByteWindow(from);
  }

  /** Where the members begin that are whole, from a place on; of those up to the end of the file, the first before `to`. */
  async behind(at: number, to: number = Number.POSITIVE_INFINITY): Promise<readonly number[]> {
    const runs = await runsBehind(
      at,
      (place) => this.#window.find(MEMBER_MAGIC, place, to),
      (place) => this.#memberEnd(place),
      (place) => this.#isEnd(place),
    );
    return runs.flatMap(({ starts }) => starts);
  }

  /** Where the first member begins that is not whole. */
  async firstBroken(): Promise<number> {
    for (let at = 0; ; ) {
      const member = await this.#memberEnd(at);
      if (member === null || member.isCut) return at;
      at = member.end;
    }
  }

  /** The data of a member whose header is damaged, if it is whole. */
  async dataWithoutHeader(at: number): Promise<{ readonly dataAt: number; readonly end: number } | null> {
    const places = [at + HEADER_BYTES];
    const bytes = this.#window.bytes(at + HEADER_BYTES, NAME_LIMIT_BYTES);
    for (let zero = bytes.indexOf(0); zero !== -1 && places.length <= ZEROS_TRIED; zero = bytes.indexOf(0, zero + 1)) {
      places.push(at + HEADER_BYTES + zero + 1);
    }
    for (const dataAt of places) {
      const member = await this.#dataEnd(dataAt);
      if (member !== null && !member.isCut) return { dataAt, end: member.end };
    }
    return null;
  }

  /** Where the data of a member begins; null when there is no header. */
  dataAt(at: number): number | null {
    const header = this.#window.bytes(at, HEADER_LIMIT_BYTES);
    const flags = header[3] ?? FLAGS_RESERVED;
    if (!MEMBER_MAGIC.every((byte, index) => header[index] === byte) || (flags & FLAGS_RESERVED) !== 0) return null;
    let end = HEADER_BYTES;
    if ((flags & FLAG_EXTRA) !== 0) end += 2 + (header[end] ?? 0) + (header[end + 1] ?? 0) * 256;
    for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
      if ((flags & flag) === 0) continue;
      const zero = header.indexOf(0, end);
      if (zero === -1) return null;
      end = zero + 1;
    }
    if ((flags & FLAG_HEADER_CHECKSUM) !== 0) end += 2;
    return end <= header.length ? at + end : null;
  }

  async #memberEnd(at: number): Promise<PartEnd> {
    const dataAt = this.dataAt(at);
    return dataAt === null ? null : this.#dataEnd(dataAt);
  }

  async #dataEnd(dataAt: number): Promise<PartEnd> {
    this.#trials += 1;
    if (this.#trials > TRIALS_LIMIT) return null;
    let bytes = 0;
    let checksum = 0;
    const { damage, consumedBytes } = await tryInflateRaw(this.#from(dataAt), async (output) => {
      bytes += output.length;
      this.#triedBytes += output.length;
      checksum = crc32(output, checksum);
      return this.#triedBytes <= TRIED_LIMIT_BYTES;
    });
    if (this.#triedBytes > TRIED_LIMIT_BYTES) return null;
    const end = dataAt + consumedBytes;
    if (damage !== null) return damage.message === UNEXPECTED_END ? { end, isCut: true } : null;
    const trailer = Buffer.from(this.#window.bytes(end, TRAILER_BYTES));
    if (trailer.length < TRAILER_BYTES) return { end: end + trailer.length, isCut: true };
    const holds = trailer.readUInt32LE(0) === checksum && trailer.readUInt32LE(4) === bytes % 2 ** 32;
    return holds ? { end: end + TRAILER_BYTES, isCut: false } : null;
  }

  /** Whether nothing follows but the zeros that pad a file. */
  #isEnd(at: number): boolean {
    for (let place = at; ; ) {
      const bytes = this.#window.bytes(place, HEADER_LIMIT_BYTES);
      if (bytes.length === 0) return true;
      if (bytes.some((byte) => byte !== 0)) return false;
      place += bytes.length;
    }
  }
}
