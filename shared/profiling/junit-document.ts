import type { ArtifactStatistics, XmlDamage } from '../model/artifact.ts';
import { JUnitCounts } from './junit-counts.ts';
import { type ElementName, ElementNames } from './junit-names.ts';
import { ReferenceCounter } from './reference-counter.ts';
import type { TagAttributes } from './tag-attributes.ts';

/** Names and attribute values beyond this are cut or, where nothing is read from them, forgotten. */
export const KEPT_CHARACTERS = 1_000;
export const MAX_ATTRIBUTES = 1_000;
/** libxml2 stops at 256 (XML_PARSE_HUGE: 2048); JUnit needs a dozen. */
export const MAX_DEPTH = 1_000;
/** Damage that reading can go on after, before it is given up: each costs microseconds, a good byte nanoseconds. */
const MAX_TOLERATED = 1_000_000;

/** Leaves a parser from within one of its handlers. */
export class Stop extends Error {}

interface OpenName {
  readonly name: ElementName;
  readonly line: number;
  /** Prefixes of namespaces that it declares. */
  readonly prefixes: readonly string[];
}

const NO_PREFIXES: readonly string[] = [];

/** A place in the document: lines and columns count from 1, columns in UTF-16 code units. */
export interface XmlPlace {
  readonly byteOffset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * What is known of a document while it is read, whoever reads its bytes: the elements that are open, the statistics, the
 * damage. Readers take turns in the middle of a document, so all that outlives a turn is here.
 */
export class JUnitDocument {
  readonly counts = new JUnitCounts();
  readonly references = new ReferenceCounter();
  readonly names = new ElementNames();
  readonly openNames: OpenName[] = [];
  sawRoot = false;
  hasDoctype = false;
  bytes = 0;
  lines = 0;
  /** Where the text that is being read began. */
  textStartByte = 0;
  /** Where the CDATA section began that is being read. */
  cdataStartByte = 0;
  /** Brackets with which the text that is being read ends so far, two at most: a `>` behind them is damage. */
  textTrail = 0;
  /** Entities that the document declares with their text. */
  readonly entities = new Set<string>();
  longestText: ArtifactStatistics['longestText'] = null;
  firstDamage: XmlDamage | null = null;
  stop: XmlDamage | null = null;
  #tolerated = 0;

  /** `byteOffset`: of the `<`; `byteEnd`: after the `>`, which stands on `line`. */
  openTag(
    name: ElementName,
    attributes: TagAttributes,
    tag: {
      readonly byteOffset: number;
      readonly byteEnd: number;
      readonly attributeBytes: number;
      readonly line: number;
      readonly prefixes?: readonly string[];
    },
  ): void {
    this.endText(tag.byteOffset);
    this.counts.openElement(name, attributes, tag.byteOffset, tag.attributeBytes);
    this.openNames.push({ name, line: tag.line, prefixes: tag.prefixes ?? NO_PREFIXES });
    this.sawRoot = true;
    this.textStartByte = tag.byteEnd;
  }

  /** Of an element without content both are the end of its tag. */
  closeTag(byteOffset: number, byteEnd: number): void {
    this.endText(byteOffset);
    this.textStartByte = byteEnd;
    this.openNames.pop();
    this.counts.closeElement(byteEnd);
  }

  /** Text ends at markup; what follows begins where `textStartByte` is set next. */
  endText(byteEnd: number): void {
    const innermost = this.openNames.at(-1);
    if (innermost === undefined) return;
    const byteLength = byteEnd - this.textStartByte;
    if (byteLength <= 0) return;
    this.counts.text(byteLength);
    if (byteLength > (this.longestText?.byteLength ?? 0))
      this.longestText = { byteOffset: this.textStartByte, byteLength, element: innermost.name.name };
  }

  /** Whether a prefix is declared where the document is being read. */
  isDeclared(prefix: string): boolean {
    return prefix === 'xml' || this.openNames.some(({ prefixes }) => prefixes.includes(prefix));
  }

  /** Damage that leaves the markup beyond doubt. Throws Stop when there is too much of it. */
  tolerate(message: string, place: XmlPlace): void {
    this.keepFirst({ message, ...place });
    if (++this.#tolerated > MAX_TOLERATED) this.stopAt(`More than ${MAX_TOLERATED} places are damaged.`, place);
  }

  keepFirst(damage: XmlDamage): void {
    if (this.firstDamage === null || damage.byteOffset < this.firstDamage.byteOffset) this.firstDamage = damage;
  }

  forbid(unit: number, place: XmlPlace): void {
    const code = unit.toString(16).toUpperCase().padStart(4, '0');
    this.keepFirst({ message: `The character U+${code} is forbidden in XML.`, ...place });
  }

  /** Ends the reading. */
  record(message: string, { byteOffset, line, column }: XmlPlace): void {
    this.stop = { message, line, column, byteOffset };
    this.keepFirst(this.stop);
  }

  stopAt(message: string, place: XmlPlace): never {
    this.record(message, place);
    throw new Stop();
  }

  /** The first damage, with what it means for the counts. */
  damage(): XmlDamage | null {
    const first = this.firstDamage;
    if (first === null) return null;
    const stop = this.stop;
    if (stop === null) return { ...first, message: `${first.message} Reading went on to the end.` };
    if (stop === first) return { ...first, message: `${first.message} Counting stopped here.` };
    return {
      ...first,
      message: `${first.message} Reading went on up to line ${stop.line} (byte ${stop.byteOffset}): ${stop.message}`,
    };
  }
}

/** An open element, for people. */
export function shownElement({ name, line }: OpenName): string {
  return `<${name.name}> (line ${line})`;
}
