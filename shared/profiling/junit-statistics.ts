import sax from 'sax';
import type { ArtifactReport, XmlDamage } from '../model/artifact.ts';
import { type Attributes, JUnitCounts } from './junit-counts.ts';
import { TextSkipper } from './text-skipper.ts';
import { type DecodedRun, XmlDecoder } from './xml-decoder.ts';

declare module 'sax' {
  interface SAXOptions {
    /** Knows the five entities of XML only, not those of HTML. */
    strictEntities?: boolean;
  }
  /** Buffers of sax 1.6, plain properties of the parser; it empties none of them before their end. */
  interface SAXParser {
    attribName: string;
    attribValue: string;
    comment: string;
    procInstBody: string;
    /** Name of the entity being read, without its `&`. */
    entity: string;
    /** The text of a document type declaration while in it, true after it. */
    doctype: string | true;
  }
}

/** What one pass over an artifact's bytes tells: ArtifactReport without its identity and its cost. */
export type JUnitStatistics = Omit<ArtifactReport, 'evidenceId' | 'path' | 'stream' | 'tree' | 'source'>;

/** Reads one document from chunks of any size, with the same result for any cut. */
export interface JUnitReader {
  push(chunk: Uint8Array): void;
  /** Ends the document. What is still open is damage. */
  end(): JUnitStatistics;
}

/**
 * Where sax would hold more than its limit of 64 Ki characters, it reports an error. An attribute, comment, processing
 * instruction or document type declaration is emptied before, so that each may be of any length: a run adds at most 16 Ki.
 */
const BUFFER_CHARACTERS = 32 * 1024;
/** Names and attribute values beyond this are cut or, where nothing is read from them, forgotten. */
const KEPT_CHARACTERS = 1_000;
const MAX_ATTRIBUTES = 1_000;
/** libxml2 stops at 256 (XML_PARSE_HUGE: 2048); JUnit needs a dozen. */
const MAX_DEPTH = 1_000;
/** Damage that reading can go on after, before it is given up: each costs microseconds, a good byte nanoseconds. */
const MAX_TOLERATED = 1_000_000;

// XML 1.0, section 2.2, https://www.w3.org/TR/xml/#charsets
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
const FORBIDDEN_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

const NO_ATTRIBUTES: Record<string, string> = Object.freeze({});

/** Leaves the parser from within one of its handlers. */
class Stop extends Error {}

interface OpenName {
  readonly name: string;
  readonly line: number;
}

/**
 * Statistics of a JUnit document in one streaming pass over sax (https://github.com/isaacs/sax-js): memory does not grow
 * with the document, entities other than XML's own five and character references are not expanded, and nothing a DTD says
 * is followed.
 *
 * Damage is a result, not an exception. What leaves the markup beyond doubt (a byte or character that XML forbids, an
 * unknown entity, a stray ampersand) is reported and reading goes on; anything else ends the counting there, and what was
 * whole before it is kept. `bytes` and `lines` always cover everything that was pushed.
 */
export function createJUnitReader(): JUnitReader {
  return new SaxJUnitReader();
}

class SaxJUnitReader implements JUnitReader {
  readonly #parser = new sax.SAXParser(true, { strictEntities: true });
  readonly #skipper = new TextSkipper(this.#parser);
  readonly #decoder = new XmlDecoder();
  readonly #counts = new JUnitCounts();
  readonly #openNames: OpenName[] = [];
  #bytes = 0;
  #lines = 0;
  #sawRoot = false;
  #ended = false;
  #attributes = 0;
  /** Beginnings of the values of the tag at hand that were emptied before their end, by attribute. */
  #cutValues: Map<string, string> | null = null;

  #run: DecodedRun = { text: '', byteLength: 0, bytesPerUnit: 1, damage: null };
  #runUnits = 0;
  #runBytes = 0;
  #cursorUnits = 0;
  #cursorBytes = 0;
  /** Line and column of the parser before the run at hand. */
  #runLine = 0;
  #runColumn = 0;

  #tagStartUnits = -1;
  #tagStartByte = 0;
  #textStartByte = 0;
  #longestTextBytes = 0;

  #firstDamage: XmlDamage | null = null;
  #stop: XmlDamage | null = null;
  #tolerated = 0;

  constructor() {
    const parser = this.#parser;
    parser.onopentag = () => this.#openTag(parser.tag);
    parser.onclosetag = () => this.#closeTag();
    parser.onattribute = (attribute) => this.#attribute(attribute.name, attribute.value);
    parser.onopencdata = () => this.#skipper.enterCdata();
    parser.onclosecdata = () => this.#skipper.leaveCdata();
    parser.oncomment = () => this.#leaveText(parser.position + 1);
    parser.onprocessinginstruction = () => this.#leaveText(parser.position);
    parser.onerror = (error) => this.#saxError(error);
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#lines += countLineFeeds(chunk);
    if (this.#stop !== null) return;
    for (const run of this.#decoder.push(chunk)) {
      if (!this.#feed(run)) return;
    }
  }

  end(): JUnitStatistics {
    if (this.#stop === null) this.#finish();
    const damage = this.#damage();
    return {
      bytes: this.#bytes,
      lines: this.#lines,
      ...this.#counts.totals(this.#stop?.byteOffset ?? this.#bytes),
      longestTextBytes: this.#longestTextBytes,
      damage,
    };
  }

  #finish(): void {
    for (const run of this.#decoder.end()) {
      // A character that is cut where the document is cut is no damage of its own.
      if (!this.#feed(this.#openNames.length > 0 ? { ...run, damage: null } : run)) return;
    }
    this.#ended = true;
    const innermost = this.#openNames.at(-1);
    const outermost = this.#openNames[0];
    this.#guarded(() => {
      if (this.#bytes === 0) this.#stopHere('The file is empty.');
      if (innermost !== undefined && outermost !== undefined)
        this.#stopHere(
          `The document ends before </${outermost.name}>: ${shown(innermost)} is still open. The file is cut or was still being written.`,
        );
      if (!this.#sawRoot) this.#stopHere('The document ends before its first element: this is not XML.');
      this.#parser.close();
    });
  }

  /** False once reading has stopped. */
  #feed(run: DecodedRun): boolean {
    const parser = this.#parser;
    this.#runUnits += this.#run.text.length;
    this.#runBytes += this.#run.byteLength;
    this.#run = run;
    this.#cursorUnits = this.#runUnits;
    this.#cursorBytes = this.#runBytes;
    this.#runLine = parser.line;
    this.#runColumn = parser.column;
    const went = this.#guarded(() => {
      if (run.damage !== null) this.#tolerate(run.damage, this.#runBytes, parser.line + 1, parser.column + 1);
      this.#skipper.write(run.text);
      parser.flush();
      this.#emptyBuffers();
    });
    this.#findForbiddenCharacter();
    const tagStartUnits = parser.startTagPosition - 1;
    if (tagStartUnits >= this.#runUnits) {
      this.#tagStartUnits = tagStartUnits;
      this.#tagStartByte = this.#byteAt(tagStartUnits);
    }
    return went;
  }

  /** Runs a step of parsing; false when it stopped reading. Whatever sax throws by itself is damage as well. */
  #guarded(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Stop)) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        this.#record(`The XML parser gave up: ${reason}.`);
      }
      return false;
    }
  }

  #openTag(tag: sax.Tag): void {
    const { name } = tag;
    if (this.#openNames.length === 0) {
      if (this.#sawRoot) this.#stopHere(`A second document begins with <${name.slice(0, KEPT_CHARACTERS)}>.`);
      this.#sawRoot = true;
    }
    if (name.length > KEPT_CHARACTERS)
      this.#stopHere(`An element's name is longer than the limit of ${KEPT_CHARACTERS} characters.`);
    if (this.#openNames.length >= MAX_DEPTH)
      this.#stopHere(`Elements are nested deeper than the limit of ${MAX_DEPTH}.`);
    let attributes: Attributes = tag.attributes;
    if (this.#cutValues !== null) {
      attributes = { ...attributes, ...Object.fromEntries(this.#cutValues) };
      this.#cutValues = null;
    }
    const startByte = this.#currentTagStart();
    this.#measureText(startByte);
    this.#counts.openElement(name, attributes, startByte);
    this.#openNames.push({ name, line: this.#parser.line + 1 });
    this.#textStartByte = this.#byteAt(this.#parser.position);
    this.#attributes = 0;
    this.#skipper.passTag(this.#openNames.length);
    // sax keeps the tag until it is closed.
    tag.attributes = NO_ATTRIBUTES;
  }

  #closeTag(): void {
    const startByte = this.#currentTagStart();
    const endByte = this.#byteAt(this.#parser.position);
    this.#measureText(startByte);
    this.#textStartByte = endByte;
    this.#openNames.pop();
    this.#skipper.passTag(this.#openNames.length);
    this.#counts.closeElement(endByte);
  }

  #attribute(name: string, value: string): void {
    if (++this.#attributes > MAX_ATTRIBUTES)
      this.#stopHere(`An element has more attributes than the limit of ${MAX_ATTRIBUTES}.`);
    // sax asks the attributes themselves whether they have a name (`attributes.hasOwnProperty(...)`).
    if (name === 'hasOwnProperty') delete this.#parser.tag.attributes[name];
    if (value.length <= KEPT_CHARACTERS) return;
    if (this.#cutValues === null) this.#cutValues = new Map();
    if (!this.#cutValues.has(name)) this.#cutValues.set(name, cut(value));
    this.#parser.tag.attributes[name] = '';
  }

  #emptyBuffers(): void {
    const parser = this.#parser;
    if (parser.attribValue.length > BUFFER_CHARACTERS) {
      if (this.#cutValues === null) this.#cutValues = new Map();
      if (!this.#cutValues.has(parser.attribName)) this.#cutValues.set(parser.attribName, cut(parser.attribValue));
      parser.attribValue = '';
    }
    if (parser.comment.length > BUFFER_CHARACTERS) parser.comment = '';
    if (parser.procInstBody.length > BUFFER_CHARACTERS) parser.procInstBody = '';
    if (typeof parser.doctype === 'string' && parser.doctype.length > BUFFER_CHARACTERS) parser.doctype = '[';
  }

  /** A comment or processing instruction ends the text before it and another begins after it. */
  #leaveText(endUnits: number): void {
    this.#measureText(this.#currentTagStart());
    this.#textStartByte = this.#byteAt(endUnits);
  }

  #measureText(endByte: number): void {
    if (this.#openNames.length === 0) return;
    const textBytes = endByte - this.#textStartByte;
    if (textBytes > this.#longestTextBytes) this.#longestTextBytes = textBytes;
  }

  /** Byte of the `<` that the parser saw last; it may lie in an earlier run. */
  #currentTagStart(): number {
    const units = this.#parser.startTagPosition - 1;
    return units === this.#tagStartUnits ? this.#tagStartByte : this.#byteAt(units);
  }

  /** Byte offset of a position within the run at hand, given in UTF-16 code units of the document. */
  #byteAt(units: number): number {
    const { text, bytesPerUnit, byteLength } = this.#run;
    if (bytesPerUnit !== null) return this.#runBytes + (units - this.#runUnits) * bytesPerUnit;
    if (units >= this.#runUnits + text.length) return this.#runBytes + byteLength;
    if (units < this.#cursorUnits) {
      this.#cursorUnits = this.#runUnits;
      this.#cursorBytes = this.#runBytes;
    }
    // Positions are asked for in rising order, so that a run is walked once.
    let bytes = this.#cursorBytes;
    for (let at = this.#cursorUnits; at < units; at++) bytes += utf8Bytes(text.charCodeAt(at - this.#runUnits));
    this.#cursorUnits = Math.max(units, this.#cursorUnits);
    this.#cursorBytes = bytes;
    return bytes;
  }

  /** sax goes on by itself after an error; whether that makes sense is decided here. */
  #saxError(error: Error): void {
    const parser = this.#parser;
    const [what = '', , , character = ''] = error.message.split('\n');
    const isUnknownEntity = what === 'Invalid character entity';
    // `AT&T<br/>`: sax takes the character after the ampersand's name as text, which is wrong for one that is markup.
    const isStrayAmpersand = what === 'Invalid character in entity name' && !/[<>"'&]$/.test(character);
    parser.resume();
    const place = this.#place();
    if (isUnknownEntity)
      this.#tolerate(
        `&${parser.entity.slice(0, 100)}; is no character and none of XML's own entities; it was left as it stands.`,
        place.byteOffset,
        place.line,
        place.column,
      );
    else if (isStrayAmpersand)
      this.#tolerate('A & that begins no entity was taken as text.', place.byteOffset, place.line, place.column);
    else this.#stopHere(`The XML is not well-formed: ${explain(what)}${this.#openElement()}.`);
  }

  #openElement(): string {
    const innermost = this.#openNames.at(-1);
    return innermost === undefined ? '' : `, while ${shown(innermost)} is open`;
  }

  #findForbiddenCharacter(): void {
    const { text } = this.#run;
    if (this.#firstDamage !== null && this.#firstDamage.byteOffset < this.#runBytes) return;
    const index = text.search(FORBIDDEN_CHARACTER);
    if (index < 0) return;
    const byteOffset = this.#byteAt(this.#runUnits + index);
    if (this.#stop !== null && byteOffset >= this.#stop.byteOffset) return;
    let line = this.#runLine + 1;
    let column = this.#runColumn + 1;
    for (let at = 0; at < index; at++) {
      if (text.charCodeAt(at) === 0x0a) {
        line++;
        column = 1;
      } else column++;
    }
    const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0');
    this.#keepFirst({ message: `The character U+${code} is forbidden in XML.`, line, column, byteOffset });
  }

  #place(): { byteOffset: number; line: number; column: number } {
    const { position, line, column } = this.#parser;
    if (this.#ended) return { byteOffset: this.#bytes, line: line + 1, column: column + 1 };
    const units = Math.max(this.#runUnits, position - 1);
    return { byteOffset: this.#byteAt(units), line: line + 1, column: Math.max(1, column) };
  }

  #tolerate(message: string, byteOffset: number, line: number, column: number): void {
    this.#keepFirst({ message, line, column, byteOffset });
    if (++this.#tolerated > MAX_TOLERATED)
      this.#stopAt(`More than ${MAX_TOLERATED} places are damaged.`, byteOffset, line, column);
  }

  #keepFirst(damage: XmlDamage): void {
    if (this.#firstDamage === null || damage.byteOffset < this.#firstDamage.byteOffset) this.#firstDamage = damage;
  }

  #record(message: string): void {
    const { byteOffset, line, column } = this.#place();
    this.#stop = { message, line, column, byteOffset };
    this.#keepFirst(this.#stop);
  }

  /** Stops reading at the parser's place, or at the end of the file when all was read. */
  #stopHere(message: string): never {
    this.#record(message);
    throw new Stop();
  }

  #stopAt(message: string, byteOffset: number, line: number, column: number): never {
    this.#stop = { message, line, column, byteOffset };
    this.#keepFirst(this.#stop);
    throw new Stop();
  }

  /** The first damage, with what it means for the counts. */
  #damage(): XmlDamage | null {
    const first = this.#firstDamage;
    if (first === null) return null;
    const stop = this.#stop;
    if (stop === null) return { ...first, message: `${first.message} Reading went on to the end.` };
    if (stop === first) return { ...first, message: `${first.message} Counting stopped here.` };
    return {
      ...first,
      message: `${first.message} Reading went on up to line ${stop.line} (byte ${stop.byteOffset}): ${stop.message}`,
    };
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

/** Bytes that a UTF-16 code unit takes in UTF-8; the two halves of a surrogate pair take two each. */
function utf8Bytes(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) return 2;
  return 3;
}

function cut(value: string): string {
  return `${value.slice(0, KEPT_CHARACTERS)}…`;
}

function shown({ name, line }: OpenName): string {
  return `<${name}> (line ${line})`;
}

/** sax's own words, put plainly where they are not. */
function explain(what: string): string {
  switch (what) {
    case 'Unexpected close tag':
      return 'a closing tag does not match the element that is open';
    case 'Non-whitespace before first tag.':
      return 'there is text before the first element';
    case 'Text data outside of root node.':
      return 'there is text after the end of the document';
    case 'Unexpected end':
      return 'the file ends inside markup';
    case 'Unencoded <':
      return 'a < that begins no markup';
    default:
      if (what.startsWith('Max buffer length exceeded')) return 'a name is longer than the limit of 65536 characters';
      return what.replace(/[.:]$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  }
}
