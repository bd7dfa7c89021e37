import { once } from 'node:events';
import { extract, type Header } from 'tar-stream';
import { type EpochMicros, epochMicros, MICROS_PER_MILLI } from '../../shared/model/time.ts';

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

function memberOf(header: Header): ArchiveMember {
  const millis = header.mtime.getTime();
  return {
    name: header.name,
    bytes: header.size,
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

/**
 * Takes a tar apart as its bytes come. `begin` is called at every member and returns where its content goes, or null to
 * skip it; it and the sinks work synchronously, so content reaches them before more is taken. Damage is a result, not an
 * exception; what `begin` or a sink throws comes out of `feed` or `end`.
 */
export class TarReader {
  readonly #extract = extract(EXTRACT_OPTIONS);
  #open: MemberSink | null = null;
  #damage: string | null = null;
  #thrown: { readonly reason: unknown } | null = null;
  #fedBytes = 0;
  #nextHeaderAt = 0;

  constructor(begin: (member: ArchiveMember) => MemberSink | null) {
    const guarded = (work: () => void): void => {
      if (this.#thrown !== null) return;
      try {
        work();
      } catch (reason) {
        this.#thrown = { reason };
        this.#extract.destroy();
      }
    };
    this.#extract.on('entry', (header, content, next) => {
      guarded(() => {
        const member = memberOf(header);
        const headerEnd = 'byteOffset' in header && typeof header.byteOffset === 'number' ? header.byteOffset : 0;
        this.#nextHeaderAt = headerEnd + Math.ceil((member.bytes ?? 0) / BLOCK_BYTES) * BLOCK_BYTES;
        const sink = begin(member);
        this.#open = sink;
        content.on('data', (chunk) => guarded(() => (chunk instanceof Uint8Array ? sink?.write(chunk) : undefined)));
        content.on('error', () => {}); // The same error also ends the archive, where it is kept.
        content.on('end', () => {
          this.#open = null;
          guarded(() => sink?.end(true));
          next();
        });
      });
    });
    this.#extract.on('error', (error: Error) => {
      this.#damage ??= error.message;
    });
  }

  /** True once nothing more can be read. */
  get finished(): boolean {
    return this.#extract.destroyed;
  }

  /** Takes the next bytes; the buffer must not be reused. */
  async feed(chunk: Uint8Array): Promise<void> {
    if (!this.#extract.destroyed) {
      this.#fedBytes += chunk.length;
      if (!this.#extract.write(chunk)) await this.#settled('drain');
    }
    if (this.#thrown !== null) throw this.#thrown.reason;
  }

  /** Ends the archive. A member that is still open is ended as not whole. */
  async end(): Promise<TarEnd> {
    // Ending a stream of tar-stream within a member discards what has not been handed on yet; its hand-overs are microtasks,
    // all of which have run after one turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.#extract.destroyed) {
      this.#extract.end(undefined);
      await this.#settled('close');
    }
    const open = this.#open;
    this.#open = null;
    if (this.#thrown === null) open?.end(false);
    else throw this.#thrown.reason;
    const byteOffset = open !== null || this.#damage === null ? this.#fedBytes : this.#nextHeaderAt;
    return { damage: this.#damage, byteOffset };
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
