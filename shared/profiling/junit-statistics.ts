import type { ArtifactReport } from '../model/artifact.ts';
import { JUnitDocument } from './junit-document.ts';
import { SaxPass } from './sax-pass.ts';
import { type HandedOver, Utf8Pass } from './utf8-pass.ts';
import { concat, RUN_BYTES, UTF_8, XmlDecoder } from './xml-decoder.ts';

/** What one pass over an artifact's bytes tells: ArtifactReport without its identity and its cost. */
export type JUnitStatistics = Omit<
  ArtifactReport,
  'evidenceId' | 'path' | 'stream' | 'tree' | 'runs' | 'estimates' | 'source'
>;

/** Reads one document from chunks of any size, with the same result for any cut. */
export interface JUnitReader {
  push(chunk: Uint8Array): void;
  /** Ends the document. What is still open is damage. */
  end(): JUnitStatistics;
}

/** Bytes that sax is given at first, and after it took over, before it is asked whether it can hand on. */
const FIRST_BYTES = 512;

/**
 * Statistics of a JUnit document in one streaming pass: memory does not grow with the document, and nothing a DTD says is
 * followed. Bytes of UTF-8 are read as they are (Utf8Pass) wherever nothing about them is in doubt, all else through sax
 * (SaxPass), which is the reference.
 *
 * Damage is a result, not an exception. What leaves the markup beyond doubt (a byte or character that XML forbids, an
 * unknown entity, a stray ampersand) is reported and reading goes on; anything else ends the counting there, and what was
 * whole before it is kept. `bytes` and `lines` always cover everything that was pushed.
 */
export function createJUnitReader(): JUnitReader {
  return new TwoPassReader(true);
}

/** The same through sax alone: slower, and the reference for the other. */
export function createSaxReader(): JUnitReader {
  return new TwoPassReader(false);
}

class TwoPassReader implements JUnitReader {
  readonly #handsOn: boolean;
  readonly #document = new JUnitDocument();
  /** Of the document's beginning; it knows the encoding. */
  readonly #decoder = new XmlDecoder();
  #sax: SaxPass | null = new SaxPass(this.#document, this.#decoder);
  #utf8: Utf8Pass | null = null;
  #saxBytes = FIRST_BYTES;

  constructor(handsOn: boolean) {
    this.#handsOn = handsOn;
  }

  push(chunk: Uint8Array): void {
    const document = this.#document;
    document.bytes += chunk.length;
    let bytes = chunk;
    while (bytes.length > 0) {
      if (document.stop !== null) {
        document.lines += countLineFeeds(bytes);
        return;
      }
      if (this.#utf8 === null) bytes = this.#pushToSax(bytes);
      else {
        const handedOver = this.#utf8.push(bytes);
        if (handedOver === null) return;
        this.#takeOver(handedOver);
        bytes = handedOver.rest;
      }
    }
  }

  end(): JUnitStatistics {
    const document = this.#document;
    if (this.#utf8 !== null) {
      const handedOver = this.#utf8.end();
      const sax = this.#takeOver(handedOver);
      document.lines += countLineFeeds(handedOver.rest);
      sax.push(handedOver.rest);
    }
    if (document.stop === null) this.#sax?.end();
    const { name, declared, byteOrderMark } = this.#decoder.encoding;
    const { statistics, ...totals } = document.counts.totals(document.stop?.byteOffset ?? document.bytes);
    const { predefined, characters, other } = document.references;
    return {
      bytes: document.bytes,
      lines: document.lines,
      ...totals,
      longestTextBytes: document.longestText?.byteLength ?? 0,
      damage: document.damage(),
      statistics: {
        ...statistics,
        encoding: { name, declared, byteOrderMark },
        hasDoctype: document.hasDoctype,
        entities: { predefined, characters, other },
        longestText: document.longestText,
      },
    };
  }

  /** Returns what is still to be read. */
  #pushToSax(bytes: Uint8Array): Uint8Array {
    const sax = this.#sax;
    if (sax === null) return bytes;
    const piece = bytes.subarray(0, this.#saxBytes);
    const rest = bytes.subarray(piece.length);
    this.#document.lines += countLineFeeds(piece);
    this.#saxBytes = Math.min(RUN_BYTES, this.#saxBytes * 2);
    sax.push(piece);
    const leftOff = this.#handsOn && this.#decoder.isUtf8 ? sax.leftOff() : null;
    if (leftOff === null) return rest;
    this.#utf8 = new Utf8Pass(this.#document, leftOff.place);
    this.#sax = null;
    return concat(leftOff.held, rest);
  }

  #takeOver({ leftOff }: HandedOver): SaxPass {
    this.#utf8 = null;
    this.#sax = new SaxPass(this.#document, new XmlDecoder(UTF_8), leftOff);
    this.#saxBytes = FIRST_BYTES;
    return this.#sax;
  }
}

/** What `wc -l` counts. Searching is fast where lines are long and slow where they are very short. */
function countLineFeeds(bytes: Uint8Array): number {
  const searches = bytes.length / 32;
  let lines = 0;
  let at = bytes.indexOf(0x0a);
  while (at >= 0 && lines < searches) {
    lines++;
    at = bytes.indexOf(0x0a, at + 1);
  }
  if (at >= 0) for (; at < bytes.length; at++) if (bytes[at] === 0x0a) lines++;
  return lines;
}
