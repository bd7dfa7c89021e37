import sax from 'sax';
import { wordsOf } from '../model/thrown.ts';
import {
  type JUnitDocument,
  KEPT_CHARACTERS,
  MAX_ATTRIBUTES,
  MAX_DEPTH,
  Stop,
  shownElement,
  type XmlPlace,
} from './junit-document.ts';
import type { ReferenceCounter } from './reference-counter.ts';
import { cutValue, RecordAttributes } from './tag-attributes.ts';
import { TextSkipper } from './text-skipper.ts';
import type { DecodedRun, XmlDecoder } from './xml-decoder.ts';
import {
  cdataEndIn,
  declaredPrefixes,
  entitiesOf,
  FAULTS,
  isDeclaration,
  prefixesOf,
  tagFaults,
  textLength,
} from './xml-strictness.ts';

declare module 'sax' {
  interface SAXOptions {
    /** Knows the five entities of XML only, not those of HTML. */
    strictEntities?: boolean;
  }
  /** Buffers and state of sax 1.6, plain properties of the parser; it empties none of the buffers before their end. */
  interface SAXParser {
    attribName: string;
    attribValue: string;
    comment: string;
    procInstBody: string;
    /** What follows the `<!` of a declaration, as far as it was read. */
    sgmlDecl: string;
    /** Name of the entity being read, without its `&`. */
    entity: string;
    /** The text of a document type declaration while in it, true after it. */
    doctype: string | true;
    /** One of sax.STATE. */
    state: number;
  }
  const STATE: Readonly<Record<string, number>> & { readonly OPEN_WAKA: number };
}

/**
 * Where sax would hold more than its limit of 64 Ki characters, it reports an error. An attribute, comment, processing
 * instruction or document type declaration is emptied before, so that each may be of any length: a run adds at most 16 Ki.
 */
const BUFFER_CHARACTERS = 32 * 1024;

// XML 1.0, section 2.2, https://www.w3.org/TR/xml/#charsets
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
const FORBIDDEN_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

const NO_ATTRIBUTES: Record<string, string> = Object.freeze({});

/** States of sax in which a & begins no reference. */
const OUTSIDE_REFERENCES: ReadonlySet<number | undefined> = new Set(
  [
    ['SGML_DECL', 'SGML_DECL_QUOTED', 'DOCTYPE', 'DOCTYPE_QUOTED', 'DOCTYPE_DTD', 'DOCTYPE_DTD_QUOTED'],
    ['COMMENT_STARTING', 'COMMENT', 'COMMENT_ENDING', 'COMMENT_ENDED', 'CDATA', 'CDATA_ENDING', 'CDATA_ENDING_2'],
    ['PROC_INST', 'PROC_INST_BODY', 'PROC_INST_ENDING'],
  ]
    .flat()
    .map((state) => sax.STATE[state]),
);

/** A place while sax reads, in its own numbers: lines from 0. */
interface SaxPlace {
  readonly position: number;
  readonly line: number;
  readonly column: number;
}

/** Told of what XML refuses and sax lets pass. */
type OnFault = (message: string, place: SaxPlace) => void;

/** sax, with the references counted in what it is fed, and what it lets pass found. */
class CountingParser {
  readonly #parser: sax.SAXParser;
  readonly #document: JUnitDocument;
  readonly #references: ReferenceCounter;
  readonly #onFault: OnFault;

  constructor(parser: sax.SAXParser, document: JUnitDocument, onFault: OnFault) {
    this.#parser = parser;
    this.#document = document;
    this.#references = document.references;
    this.#onFault = onFault;
  }

  move(units: number, lineFeeds: number, unitsOfLine: number, text: string | null): void {
    const parser = this.#parser;
    if (text !== null) this.#watch(text, parser);
    parser.position += units;
    parser.line += lineFeeds;
    parser.column = lineFeeds === 0 ? parser.column + units : unitsOfLine;
  }

  write(text: string): void {
    const parser = this.#parser;
    const { state, position: before, line, column } = parser;
    const isOutside =
      OUTSIDE_REFERENCES.has(parser.state) || (parser.state === sax.STATE.OPEN_WAKA && /^[!?]/.test(text));
    const declaration = isOutside ? 0 : text.search(/<[!?]/);
    let taken = 0;
    try {
      parser.write(text);
      taken = text.length;
    } finally {
      // What sax did not come to, for damage before it, is not counted.
      const end = Math.min(declaration < 0 ? text.length : declaration, parser.position - before);
      if (isOutside) this.#references.leave();
      else this.#references.count(text.slice(0, end));
      // The character that it stopped at is damage in its own words.
      this.#lookThrough(state, text.slice(0, taken || parser.position - before - 1), {
        position: before,
        line,
        column,
      });
    }
  }

  #lookThrough(state: number, piece: string, start: SaxPlace): void {
    const length = textLength(state, piece);
    this.#watch(piece.slice(0, length), start);
    if (length < piece.length) this.#document.textTrail = 0;
    for (const { message, at } of tagFaults(state, piece)) this.#onFault(message, placeIn(piece, at, start));
  }

  /** Looks through text for what may only end a CDATA section. */
  #watch(text: string, { position, line, column }: SaxPlace): void {
    if (text === '') return;
    const { at, trail } = cdataEndIn(text, this.#document.textTrail);
    this.#document.textTrail = trail;
    if (at < 0) return;
    const end = placeIn(text, at, { position, line, column });
    this.#onFault(FAULTS.cdataEnd, { ...end, position: end.position - 2, column: end.column - 2 });
  }
}

/** Where in a piece of a document that begins at `start` something stands. */
function placeIn(piece: string, at: number, start: SaxPlace): SaxPlace {
  const position = start.position + at;
  const lineStart = piece.lastIndexOf('\n', at - 1) + 1;
  if (at === 0 || lineStart === 0) return { position, line: start.line, column: start.column + at };
  let line = start.line;
  for (let i = piece.indexOf('\n'); i >= 0 && i < at; i = piece.indexOf('\n', i + 1)) line++;
  return { position, line, column: at - lineStart };
}

/** Attributes as sax fills them, which say when it asks for one of a name that is there already and then drops it. */
function noticing(onRepeated: () => void): Record<string, string> {
  const asked = {
    hasOwnProperty(name: string): boolean {
      const isThere = Object.hasOwn(this, name);
      if (isThere) onRepeated();
      return isThere;
    },
  };
  return Object.create(asked);
}

/** Where another reader left off, within the text or a CDATA section of the innermost open element, or before a tag. */
export interface LeftOff extends XmlPlace {
  readonly in: 'text' | 'cdata';
}

/**
 * Reads a document, or a stretch of one, through sax (https://github.com/isaacs/sax-js), which is the reference for what is
 * well-formed: entities other than XML's own five and character references are not expanded, and nothing a DTD says is
 * followed. Damage after which the markup is beyond doubt (a byte or character that XML forbids, an unknown entity, a stray
 * ampersand) is reported and reading goes on; anything else ends it.
 */
export class SaxPass {
  readonly #document: JUnitDocument;
  readonly #parser = new sax.SAXParser(true, { strictEntities: true });
  readonly #skipper: TextSkipper;
  readonly #decoder: XmlDecoder;
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

  /** `leftOff`: where in the document to begin, null for its beginning. */
  constructor(document: JUnitDocument, decoder: XmlDecoder, leftOff: LeftOff | null = null) {
    this.#document = document;
    this.#decoder = decoder;
    const parser = this.#parser;
    const countPredefined = (): void => {
      document.references.predefined++;
    };
    this.#skipper = new TextSkipper(
      new CountingParser(parser, document, (message, place) => this.#fault(message, place)),
      countPredefined,
    );
    const repeated = (): void => this.#fault(FAULTS.repeatedAttribute, this.#lastRead());
    parser.onopentagstart = (tag) => {
      tag.attributes = noticing(repeated);
    };
    if (leftOff !== null) this.#takeUp(leftOff);
    parser.onopentag = () => this.#openTag(parser.tag);
    parser.onclosetag = () => this.#closeTag();
    parser.onattribute = (attribute) => this.#attribute(attribute.name, attribute.value);
    parser.onopencdata = () => {
      if (parser.sgmlDecl !== '[CDATA') this.#fault(FAULTS.cdataCase, this.#lastRead());
      this.#skipper.enterCdata();
      this.#document.cdataStartByte = this.#currentTagStart();
    };
    parser.onclosecdata = () => {
      this.#skipper.leaveCdata();
      this.#document.counts.cdata(this.#byteAt(parser.position) - this.#document.cdataStartByte);
    };
    parser.oncomment = () => this.#leaveText(parser.position + 1);
    parser.onprocessinginstruction = ({ name, body }) => {
      if (name.toLowerCase() === 'xml') this.#checkDeclaration(body);
      this.#leaveText(parser.position);
    };
    parser.ondoctype = (doctype) => {
      document.hasDoctype = true;
      this.#declareEntities(doctype);
    };
    parser.onerror = (error) => this.#saxError(error);
  }

  /** Reads on. False once reading has stopped. */
  push(bytes: Uint8Array): boolean {
    for (const run of this.#decoder.push(bytes)) if (!this.#feed(run)) return false;
    return true;
  }

  /** Ends the document; what is still open is damage. */
  end(): void {
    const { openNames } = this.#document;
    for (const run of this.#decoder.end()) {
      // A character that is cut where the document is cut is no damage of its own.
      if (!this.#feed(openNames.length > 0 ? { ...run, damage: null } : run)) return;
    }
    this.#ended = true;
    const innermost = openNames.at(-1);
    const outermost = openNames[0];
    this.#guarded(() => {
      if (this.#document.bytes === 0) this.#stopHere('The file is empty.');
      if (innermost !== undefined && outermost !== undefined)
        this.#stopHere(
          `The document ends before </${outermost.name.name}>: ${shownElement(innermost)} is still open. The file is cut or was still being written.`,
        );
      if (!this.#document.sawRoot) this.#stopHere('The document ends before its first element: this is not XML.');
      this.#parser.close();
    });
  }

  /**
   * The place up to which everything was read, when it is in the text of an element, where another reader can go on; null
   * elsewhere. `held`: bytes beyond it that were pushed but not read, the beginning of a character.
   */
  leftOff(): { readonly place: XmlPlace; readonly held: Uint8Array } | null {
    if (!this.#skipper.isInText || this.#document.stop !== null || this.#document.openNames.length === 0) return null;
    const { line, column } = this.#parser;
    const byteOffset = this.#runBytes + this.#run.byteLength;
    return { place: { byteOffset, line: line + 1, column: column + 1 }, held: this.#decoder.held() };
  }

  /** Brings sax into the state in which it would be at that place. */
  #takeUp(leftOff: LeftOff): void {
    const parser = this.#parser;
    const { openNames, sawRoot } = this.#document;
    if (openNames.length > 0) parser.write(openNames.map(({ name }) => `<${name.name}>`).join(''));
    else if (sawRoot) parser.write('<a></a>');
    this.#skipper.passTag(openNames.length);
    if (leftOff.in === 'cdata') {
      parser.write('<![CDATA[');
      this.#skipper.enterCdata();
    }
    parser.line = leftOff.line - 1;
    parser.column = leftOff.column - 1;
    this.#runUnits = parser.position;
    this.#runBytes = leftOff.byteOffset;
  }

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
      if (run.damage !== null) {
        const place = { byteOffset: this.#runBytes, line: parser.line + 1, column: parser.column + 1 };
        this.#document.tolerate(run.damage, place);
      }
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
        const reason = wordsOf(thrown);
        this.#document.record(`The XML parser gave up: ${reason}.`, this.#place());
      }
      return false;
    }
  }

  #openTag(tag: sax.Tag): void {
    const { name } = tag;
    const document = this.#document;
    if (document.openNames.length === 0 && document.sawRoot)
      this.#stopHere(`A second document begins with <${name.slice(0, KEPT_CHARACTERS)}>.`);
    if (name.length > KEPT_CHARACTERS)
      this.#stopHere(`An element's name is longer than the limit of ${KEPT_CHARACTERS} characters.`);
    if (document.openNames.length >= MAX_DEPTH)
      this.#stopHere(`Elements are nested deeper than the limit of ${MAX_DEPTH}.`);
    let { attributes } = tag;
    if (this.#cutValues !== null) {
      attributes = { ...attributes, ...Object.fromEntries(this.#cutValues) };
      this.#cutValues = null;
    }
    const byteOffset = this.#currentTagStart();
    const byteEnd = this.#byteAt(this.#parser.position);
    const tagNames = [name, ...Object.keys(attributes)];
    const prefixes = declaredPrefixes(tagNames);
    const unbound = prefixesOf(tagNames).find((prefix) => !prefixes.includes(prefix) && !document.isDeclared(prefix));
    if (unbound !== undefined)
      this.#fault(`The prefix ${unbound.slice(0, 100)}: is declared nowhere`, this.#lastRead());
    const elementName = document.names.ofText(name);
    const brackets = tag.isSelfClosing ? 3 : 2;
    const nameBytes = this.#decoder.bytesOf(name.length + brackets, elementName.bytes.length + brackets);
    document.openTag(elementName, new RecordAttributes(attributes), {
      byteOffset,
      byteEnd,
      attributeBytes: byteEnd - byteOffset - nameBytes,
      line: this.#parser.line + 1,
      prefixes,
    });
    this.#attributes = 0;
    this.#skipper.passTag(document.openNames.length);
    // sax keeps the tag until it is closed.
    tag.attributes = NO_ATTRIBUTES;
  }

  /** What XML refuses and sax lets pass: the markup is beyond doubt. */
  #fault(message: string, { position, line, column }: SaxPlace): void {
    const units = Math.max(this.#runUnits, position);
    const place = { byteOffset: this.#byteAt(units), line: line + 1, column: Math.max(1, column + 1) };
    const missing = units - position;
    const byteOffset = place.byteOffset - this.#decoder.bytesOf(missing, missing);
    this.#document.keepFirst({ message: `${message}.`, ...place, byteOffset });
  }

  /** The character that sax read last. */
  #lastRead(): SaxPlace {
    const { position, line, column } = this.#parser;
    return { position: position - 1, line, column: column - 1 };
  }

  #checkDeclaration(body: string): void {
    const { name, byteOrderMark } = this.#decoder.encoding;
    const start = byteOrderMark ? (name === 'UTF-8' ? 3 : 2) : 0;
    const at = this.#currentTagStart();
    // Before the root it is what stands in front that is wrong, and that is at the beginning.
    if (at !== start && !this.#document.sawRoot)
      this.#document.keepFirst({ message: `${FAULTS.earlyText}.`, byteOffset: start, line: 1, column: 1 });
    else if (at !== start && this.#document.openNames.length === 0)
      this.#stopHere('A second document begins with an XML declaration.');
    else if (at !== start) this.#fault(FAULTS.lateDeclaration, this.#lastRead());
    else if (!isDeclaration(body))
      this.#fault(`The XML declaration is not as XML wants it: ${body.trim().slice(0, 100)}`, this.#lastRead());
  }

  #declareEntities(doctype: string): void {
    for (const name of entitiesOf(doctype)) this.#document.entities.add(name);
  }

  #closeTag(): void {
    const byteEnd = this.#byteAt(this.#parser.position);
    this.#document.closeTag(this.#currentTagStart(), byteEnd);
    this.#skipper.passTag(this.#document.openNames.length);
  }

  #attribute(name: string, value: string): void {
    if (++this.#attributes > MAX_ATTRIBUTES)
      this.#stopHere(`An element has more attributes than the limit of ${MAX_ATTRIBUTES}.`);
    // sax asks the attributes themselves whether they have a name (`attributes.hasOwnProperty(...)`).
    if (name === 'hasOwnProperty') delete this.#parser.tag.attributes[name];
    if (value.length <= KEPT_CHARACTERS) return;
    if (this.#cutValues === null) this.#cutValues = new Map();
    if (!this.#cutValues.has(name)) this.#cutValues.set(name, cutValue(value, KEPT_CHARACTERS));
    this.#parser.tag.attributes[name] = '';
  }

  #emptyBuffers(): void {
    const parser = this.#parser;
    if (parser.attribValue.length > BUFFER_CHARACTERS) {
      if (this.#cutValues === null) this.#cutValues = new Map();
      if (!this.#cutValues.has(parser.attribName))
        this.#cutValues.set(parser.attribName, cutValue(parser.attribValue, KEPT_CHARACTERS));
      parser.attribValue = '';
    }
    if (parser.comment.length > BUFFER_CHARACTERS) parser.comment = '';
    if (parser.procInstBody.length > BUFFER_CHARACTERS) parser.procInstBody = '';
    if (typeof parser.doctype === 'string' && parser.doctype.length > BUFFER_CHARACTERS) {
      this.#declareEntities(parser.doctype);
      parser.doctype = '[';
    }
  }

  /** A comment or processing instruction ends the text before it and another begins after it. */
  #leaveText(endUnits: number): void {
    this.#document.endText(this.#currentTagStart());
    this.#document.textStartByte = this.#byteAt(endUnits);
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
    if (isUnknownEntity && this.#document.entities.has(parser.entity)) return;
    if (isUnknownEntity)
      this.#document.tolerate(
        `&${parser.entity.slice(0, 100)}; is no character and none of XML's own entities; it was left as it stands.`,
        this.#place(),
      );
    else if (isStrayAmpersand) this.#document.tolerate('A & that begins no entity was taken as text.', this.#place());
    else this.#stopHere(`The XML is not well-formed: ${explain(what)}${this.#openElement()}.`);
  }

  #openElement(): string {
    const innermost = this.#document.openNames.at(-1);
    return innermost === undefined ? '' : `, while ${shownElement(innermost)} is open`;
  }

  #findForbiddenCharacter(): void {
    const { text } = this.#run;
    const { firstDamage, stop } = this.#document;
    if (firstDamage !== null && firstDamage.byteOffset < this.#runBytes) return;
    const index = text.search(FORBIDDEN_CHARACTER);
    if (index < 0) return;
    const byteOffset = this.#byteAt(this.#runUnits + index);
    if (stop !== null && byteOffset >= stop.byteOffset) return;
    let line = this.#runLine + 1;
    let column = this.#runColumn + 1;
    for (let at = 0; at < index; at++) {
      if (text.charCodeAt(at) === 0x0a) {
        line++;
        column = 1;
      } else column++;
    }
    this.#document.forbid(text.charCodeAt(index), { byteOffset, line, column });
  }

  #place(): XmlPlace {
    const { position, line, column } = this.#parser;
    if (this.#ended) return { byteOffset: this.#document.bytes, line: line + 1, column: column + 1 };
    const units = Math.max(this.#runUnits, position - 1);
    return { byteOffset: this.#byteAt(units), line: line + 1, column: Math.max(1, column) };
  }

  /** Stops reading at the parser's place, or at the end of the file when all was read. */
  #stopHere(message: string): never {
    return this.#document.stopAt(message, this.#place());
  }
}

/** Bytes that a UTF-16 code unit takes in UTF-8; the two halves of a surrogate pair take two each. */
function utf8Bytes(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) return 2;
  return 3;
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
