import { once } from 'node:events';
import { type Extract, extract, type Header } from 'tar-stream';
import { type EpochMicros, epochMicros, MICROS_PER_MILLI } from '../../shared/model/time.ts';
import { isText } from './joined-text.ts';

/** A member's header, as far as intake believes it. */
export interface ArchiveMember {
  readonly name: string;
  /** Null when the archive does not say. */
  readonly bytes: number | null;
  readonly modified: EpochMicros | null;
  /** What it is to intake: links, devices and unknown types carry no evidence of their own. */
  readonly type: 'file' | 'folder' | 'link' | 'device' | 'unsupported';
  readonly linkTarget: string | null;
}

/** Takes one member's content. */
export interface MemberSink {
  write(content: Uint8Array): void;
  /** `whole` is false when the archive broke off within the member, or when it has the `fault` that is told. */
  end(whole: boolean, fault?: string): void;
}

export interface TarEnd {
  /** Null when it ended as it should. */
  readonly damage: string | null;
  /** Byte of the tar at which it broke; its length when it did not. */
  readonly byteOffset: number;
}

/** Headers from before `ustar` are taken too when their checksum holds; the option is missing from the package's types. */
const EXTRACT_OPTIONS: Parameters<typeof extract>[0] & { readonly allowUnknownFormat: boolean } = {
  allowUnknownFormat: true,
};
const BLOCK_BYTES = 512;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

/**
 * Whether a block is a tar header: its checksum holds, which also knows archives from before `ustar`. A block of zeros is
 * none. Format: https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK_BYTES || block[0] === 0) return false;
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) {
    // The checksum is taken with its own eight bytes read as spaces.
    sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + CHECKSUM_BYTES ? 0x20 : (block[at] ?? 0);
  }
  let text = '';
  for (let at = CHECKSUM_AT; at < CHECKSUM_AT + CHECKSUM_BYTES; at++) text += String.fromCharCode(block[at] ?? 0);
  // `011372\0 ` by most writers, `  11372\0` or `11372 \0` by some.
  const octal = /^ *([0-7]+)[ \0]/.exec(`${text}\0`)?.[1];
  return octal !== undefined && Number.parseInt(octal, 8) === sum;
}

const MAGIC = 'ustar';
const MAGIC_AT = 257;
/** Where a header has octal numbers, of mode, owner, group, size, time and checksum, and how long they are. */
const NUMBERS: readonly (readonly [at: number, bytes: number])[] = [
  [100, 8],
  [108, 8],
  [116, 8],
  [124, 12],
  [136, 12],
  [CHECKSUM_AT, CHECKSUM_BYTES],
];
/** Half of the numbers are left of a header that is damaged in places. */
const NUMBERS_NEEDED = 3;

/**
 * Where in some bytes the first header with the magic word and a checksum that holds begins: at a whole block from the start
 * (`aligned`), or anywhere, as behind bytes that are missing. -1 when there is none.
 */
export function findTarHeader(bytes: Uint8Array, where: 'aligned' | 'anywhere'): number {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (
    let found = content.indexOf(MAGIC, 0, 'latin1');
    found !== -1;
    found = content.indexOf(MAGIC, found + 1, 'latin1')
  ) {
    const at = found - MAGIC_AT;
    if (at < 0 || (where === 'aligned' && at % BLOCK_BYTES !== 0)) continue;
    if (isTarHeader(content.subarray(at, at + BLOCK_BYTES))) return at;
  }
  return -1;
}

/** Whether some bytes are the beginning of a tar although its first header is damaged: by what is left of it, or by further ones. */
export function isDamagedTar(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(BLOCK_BYTES, head.length)).toString('latin1');
  const isNumber = (field: string): boolean => /^[0-7]{6,11}[ \0]{1,2}$/.test(field);
  const numbers = NUMBERS.filter(([at, bytes]) => isNumber(text.slice(at, at + bytes)));
  return numbers.length >= NUMBERS_NEEDED || findTarHeader(head, 'aligned') !== -1;
}

function memberOf(header: Header): ArchiveMember {
  const millis = header.mtime.getTime();
  return {
    name: header.name,
    bytes: Number.isSafeInteger(header.size) ? header.size : null,
    modified: Number.isFinite(millis) ? epochMicros(millis * MICROS_PER_MILLI) : null,
    type: memberType(header.type),
    linkTarget: header.linkname,
  };
}

function memberType(type: Header['type']): ArchiveMember['type'] {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return 'file';
    case 'directory':
      return 'folder';
    case 'link':
    case 'symlink':
      return 'link';
    case 'character-device':
    case 'block-device':
    case 'fifo':
      return 'device';
    default:
      return 'unsupported';
  }
}

const WENT_ON = '; reading went on at the next header';
/** Bytes kept to look for the next header in, behind one that is damaged: more than any header with its long names takes. */
const KEPT_BYTES = 8 * 1024 * 1024;

/**
 * Takes a tar apart as its bytes come. `begin` is called at every member and returns where its content goes, or null to
 * skip it; it and the sinks work synchronously, so content reaches them before more is taken. Damage is a result, not an
 * exception: behind a damaged header, reading goes on at the next block that is a header (which may be one of a tar within
 * the member that is lost). What `begin` or a sink throws comes out of `feed` or `end`.
 */
export class TarReader {
  readonly #begin: (member: ArchiveMember) => MemberSink | null;
  #extract: Extract;
  #open: MemberSink | null = null;
  #thrown: { readonly reason: unknown } | null = null;
  #fedBytes = 0;
  /** Where in the tar the extraction at hand began, and where it stopped at a damaged header. */
  #extractAt = 0;
  #nextHeaderAt = 0;
  #isBroken = false;
  #firstDamage: TarEnd | null = null;
  /** The last chunks, from the next header on; without a header to go on at, from the next block that may be one. */
  #kept: { readonly at: number; readonly chunk: Uint8Array }[] = [];
  #isSearching = false;
  /** What comes behind a gap, until a header comes. */
  #loose: LooseBytes | null = null;
  /** The first bytes of the member that is open. */
  #openHead: Uint8Array = new Uint8Array(0);
  /** The member that was begun last. */
  #lastName: string | null = null;

  constructor(begin: (member: ArchiveMember) => MemberSink | null) {
    this.#begin = begin;
    this.#extract = this.#start(0);
  }

  /** Takes the next bytes; the buffer must not be reused. */
  async feed(chunk: Uint8Array): Promise<void> {
    if (this.#loose !== null) return this.#feedLoose(this.#loose, chunk);
    this.#keep(chunk);
    if (!this.#isSearching) await this.#write(chunk);
    await this.#goOn();
  }

  /**
   * Bytes of the tar are missing here, nobody knows how many. A member that is open ends; what comes up to the next header
   * may be the rest of it or of another, and becomes a member of its own.
   */
  async gap(): Promise<void> {
    await this.#handOver();
    this.#extract.destroy();
    const open = this.#open;
    this.#open = null;
    // The rest of what is not text means nothing without what is in front of it.
    const isLost = open !== null && !isText(this.#openHead);
    const rest = isLost ? ', and what may follow of it was left out' : '';
    open?.end(false, `It breaks off where the archive is damaged${rest}`);
    this.#loose?.end();
    this.#loose = new LooseBytes(() => (isLost ? null : this.#begin(looseMember(this.#lastName))));
    this.#isBroken = false;
    this.#isSearching = false;
    this.#kept = [];
  }

  /** Takes bytes behind a gap: up to the next header they are loose, from there on the tar goes on. */
  async #feedLoose(loose: LooseBytes, chunk: Uint8Array): Promise<void> {
    const rest = loose.take(chunk);
    if (rest === null) return;
    loose.end();
    this.#loose = null;
    this.#lastName = null;
    // Places are counted anew, in whole blocks, from the first header that is there again.
    this.#extract = this.#start(0);
    this.#fedBytes = 0;
    await this.feed(rest);
  }

  /** Waits until everything fed has reached its member. */
  async #handOver(): Promise<void> {
    do {
      // Ending a stream of tar-stream within a member discards what has not been handed on yet; its hand-overs are
      // microtasks, all of which have run after one turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    } while (await this.#goOn());
  }

  /** Ends the archive. A member that is still open is ended as not whole. */
  async end(): Promise<TarEnd> {
    if (this.#loose !== null) {
      this.#loose.end();
      return this.#firstDamage ?? { damage: null, byteOffset: this.#fedBytes };
    }
    await this.#handOver();
    if (!this.#extract.destroyed) {
      this.#extract.end(undefined);
      await this.#settled('close');
    }
    if (this.#thrown !== null) throw this.#thrown.reason;
    const open = this.#open;
    this.#open = null;
    open?.end(false);
    return this.#firstDamage ?? { damage: null, byteOffset: this.#fedBytes };
  }

  #start(at: number): Extract {
    const stream = extract(EXTRACT_OPTIONS);
    this.#extractAt = at;
    this.#nextHeaderAt = at;
    const guarded = (work: () => void): void => {
      if (this.#thrown !== null) return;
      try {
        work();
      } catch (reason) {
        this.#thrown = { reason };
        stream.destroy();
      }
    };
    stream.on('entry', (header, content, next) => {
      guarded(() => {
        const member = memberOf(header);
        this.#lastName = member.name;
        const headerEnd = 'byteOffset' in header && typeof header.byteOffset === 'number' ? header.byteOffset : 0;
        // What a header does not tell is looked for from the header itself on.
        const contentBytes = member.type === 'folder' ? 0 : (member.bytes ?? -BLOCK_BYTES);
        this.#nextHeaderAt = this.#extractAt + headerEnd + Math.ceil(contentBytes / BLOCK_BYTES) * BLOCK_BYTES;
        content.on('error', () => {}); // The same error also ends the archive, where it is kept.
        // It waits for ever, too, where it could not read the number.
        if (member.bytes === null) return stream.destroy(new Error('Invalid size'));
        const sink = this.#begin(member);
        this.#open = sink;
        this.#openHead = new Uint8Array(0);
        content.on('data', (chunk) =>
          guarded(() => {
            if (!(chunk instanceof Uint8Array)) return;
            if (this.#openHead.length === 0) this.#openHead = chunk.slice(0, BLOCK_BYTES);
            sink?.write(chunk);
          }),
        );
        // tar-stream waits for ever for what a folder has of a size: nothing of it follows.
        if (member.type === 'folder') return next();
        content.on('end', () => {
          this.#open = null;
          guarded(() => sink?.end(true));
          next();
        });
      });
    });
    stream.on('error', (error: Error) => {
      this.#isBroken = true;
      const byteOffset = this.#open === null ? this.#nextHeaderAt : this.#fedBytes;
      this.#firstDamage ??= { damage: error.message, byteOffset };
    });
    return stream;
  }

  /** Keeps a chunk, and lets go of those that lie before the next header. */
  #keep(chunk: Uint8Array): void {
    this.#kept.push({ at: this.#fedBytes, chunk });
    this.#fedBytes += chunk.length;
    const from = Math.max(this.#nextHeaderAt, this.#fedBytes - KEPT_BYTES);
    let past = 0;
    for (const { at, chunk: kept } of this.#kept) {
      if (at + kept.length > from) break;
      past += 1;
    }
    if (past > 0) this.#kept.splice(0, past);
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (!this.#extract.destroyed && !this.#extract.write(chunk)) await this.#settled('drain');
    if (this.#thrown !== null) throw this.#thrown.reason;
  }

  /** Goes on at the next header where one is damaged; whether it wrote anything that may hold the next damage. */
  async #goOn(): Promise<boolean> {
    let isFound = false;
    while (this.#thrown === null && (this.#isBroken || this.#isSearching)) {
      if (this.#isBroken) this.#nextHeaderAt += BLOCK_BYTES;
      this.#isBroken = false;
      const rest = this.#restFromHeader();
      this.#isSearching = rest === null;
      if (rest === null) break;
      isFound = true;
      if (this.#firstDamage !== null && !this.#firstDamage.damage?.endsWith(WENT_ON)) {
        this.#firstDamage = { ...this.#firstDamage, damage: `${this.#firstDamage.damage}${WENT_ON}` };
      }
      this.#extract = this.#start(this.#nextHeaderAt);
      this.#kept = [{ at: this.#nextHeaderAt, chunk: rest }];
      await this.#write(rest);
    }
    if (this.#thrown !== null) throw this.#thrown.reason;
    return isFound;
  }

  /** What was kept, from the first header in it on; null when there is none, and then the search has moved on. */
  #restFromHeader(): Uint8Array | null {
    const first = this.#kept[0];
    if (first === undefined) return null;
    const kept = this.#kept.length === 1 ? first.chunk : Buffer.concat(this.#kept.map(({ chunk }) => chunk));
    this.#kept = [{ at: first.at, chunk: kept }];
    let at = Math.max(this.#nextHeaderAt, Math.ceil(first.at / BLOCK_BYTES) * BLOCK_BYTES);
    for (; at + BLOCK_BYTES <= this.#fedBytes; at += BLOCK_BYTES) {
      const from = at - first.at;
      if (!isTarHeader(kept.subarray(from, from + BLOCK_BYTES))) continue;
      this.#nextHeaderAt = at;
      return kept.subarray(from);
    }
    this.#nextHeaderAt = at;
    return null;
  }

  async #settled(event: 'drain' | 'close'): Promise<void> {
    if (this.#extract.destroyed) return;
    const stop = new AbortController();
    const close = once(this.#extract, 'close', { signal: stop.signal });
    const wanted = event === 'close' ? close : once(this.#extract, event, { signal: stop.signal });
    // `once` rejects on an error event, and on the abort that takes its listeners off again; both are expected here.
    await Promise.race([close, wanted].map((waiting) => waiting.catch(() => {})));
    stop.abort();
  }
}

/** A member of what lies behind a gap in an archive, by the name of the one that it probably belongs to. */
function looseMember(name: string | null): ArchiveMember {
  const looseName = `${name ?? 'unnamed'} (behind damage)`;
  return { name: looseName, bytes: null, modified: null, type: 'file', linkTarget: null };
}

/** The bytes between a gap and the next header. */
class LooseBytes {
  readonly #open: () => MemberSink | null;
  #sink: MemberSink | null = null;
  #isOpen = false;
  /** Bytes in which a header may begin that ends in the next chunk. */
  #held: Uint8Array = new Uint8Array(0);
  /** Zeros that come next if anything else does: they may be what fills the last block, or ends the archive. */
  #zeros = 0;

  constructor(open: () => MemberSink | null) {
    this.#open = open;
  }

  /** Takes what comes; returns everything from the next header on, when there is one. */
  take(chunk: Uint8Array): Uint8Array | null {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const headerAt = findTarHeader(bytes, 'anywhere');
    if (headerAt === -1) {
      const sure = Math.max(0, bytes.length - BLOCK_BYTES + 1);
      this.#write(bytes.subarray(0, sure));
      this.#held = bytes.slice(sure);
      return null;
    }
    this.#write(bytes.subarray(0, headerAt));
    this.#held = new Uint8Array(0);
    return bytes.subarray(headerAt);
  }

  end(): void {
    this.#write(this.#held);
    this.#held = new Uint8Array(0);
    this.#sink?.end(false, 'It begins behind damage of the archive and may be the rest of another member');
    this.#sink = null;
  }

  #write(bytes: Uint8Array): void {
    let length = bytes.length;
    while (length > 0 && bytes[length - 1] === 0) length -= 1;
    if (length > 0) {
      if (!this.#isOpen) this.#sink = this.#open();
      this.#isOpen = true;
      for (; this.#zeros > 0; this.#zeros -= Math.min(this.#zeros, KEPT_BYTES)) {
        this.#sink?.write(new Uint8Array(Math.min(this.#zeros, KEPT_BYTES)));
      }
      this.#sink?.write(bytes.subarray(0, length));
    }
    this.#zeros += bytes.length - length;
  }
}
