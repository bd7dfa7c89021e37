import sax from 'sax';
import { XmlDecoder } from './xml-decoder.ts';

/** An element as Python's ElementTree keeps it: text before its first child, text after its end tag in `tail`. */
export interface XmlNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  tail: string;
  readonly children: XmlNode[];
}

/**
 * Reads a whole document into objects, to measure what that costs; it grows with the document. As ElementTree it keeps
 * neither comments nor declarations, and ends at the first damage.
 */
export class XmlTree {
  readonly #parser = new sax.SAXParser(true, { strictEntities: true });
  readonly #decoder = new XmlDecoder();
  readonly #open: XmlNode[] = [];
  #root: XmlNode | null = null;
  #isDamaged = false;

  constructor() {
    const parser = this.#parser;
    parser.onopentag = () => this.#openNode(parser.tag.name, parser.tag.attributes);
    parser.onclosetag = () => {
      this.#open.pop();
    };
    parser.ontext = (text) => this.#text(text);
    parser.oncdata = (text) => this.#text(text);
    parser.onerror = (error) => {
      // sax warns of values that it holds beyond 64 Ki characters; a tree holds them all.
      if (!error.message.startsWith('Max buffer length exceeded')) this.#isDamaged = true;
      parser.resume();
    };
  }

  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  get root(): XmlNode | null {
    return this.#root;
  }

  push(chunk: Uint8Array): void {
    for (const run of this.#decoder.push(chunk)) this.#write(run.text, run.damage);
  }

  end(): void {
    for (const run of this.#decoder.end()) this.#write(run.text, run.damage);
    if (this.#isDamaged) return;
    this.#parser.close();
    if (this.#root === null || this.#open.length > 0) this.#isDamaged = true;
  }

  #write(text: string, damage: string | null): void {
    if (damage !== null) this.#isDamaged = true;
    if (!this.#isDamaged) this.#parser.write(text);
  }

  #openNode(tag: string, attributes: Record<string, string>): void {
    const node: XmlNode = { tag, attributes, text: '', tail: '', children: [] };
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(node);
    else if (this.#root === null) this.#root = node;
    else this.#isDamaged = true;
    this.#open.push(node);
  }

  #text(text: string): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) return;
    const before = parent.children.at(-1);
    if (before === undefined) parent.text += text;
    else before.tail += text;
  }
}
