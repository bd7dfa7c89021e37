import { createRequire } from 'node:module';

/*
 * pdfmake measures every word each time it lays out the document or a column of a table, and pdfkit shapes it anew each
 * time: it remembers only text without features (`layout` in https://github.com/foliojs/pdfkit/blob/v0.19.1/lib/font/embedded.js).
 * That was more than half of the time that a PDF took.
 */

interface Run {
  /** Scaled in place by pdfkit, so nobody gets the remembered ones. */
  readonly positions: readonly object[];
  readonly glyphs: readonly { readonly id: number }[];
  readonly advanceWidth: number;
}
interface Font {
  layout(text: unknown, features: unknown, ...more: readonly unknown[]): Run;
}
interface Fontkit {
  readonly create: (bytes: Uint8Array) => Font;
}

/** Runs by font, features and text. A document has fonts of its own, so they go with it. */
const runs = new WeakMap<object, WeakMap<object, Map<string, Run>>>();
let isRemembering = false;

/** Has the fonts of PDFs remember what they have shaped; `readFont` gives any TrueType font. */
export function rememberShapes(readFont: () => Uint8Array): void {
  if (isRemembering) return;
  isRemembering = true;
  const kind: Font = Object.getPrototypeOf(fontkitOfPdfmake().create(readFont()));
  const { layout } = kind;
  kind.layout = function (text, features, ...more) {
    if (typeof text !== 'string' || typeof features !== 'object' || features === null || more.length > 0) {
      return layout.call(this, text, features, ...more);
    }
    const known = runsOf(this, features);
    const run = known.get(text) ?? layout.call(this, text, features);
    known.set(text, run);
    return Object.assign(copyOf(run), { positions: run.positions.map(copyOf) });
  };
}

/** The one that pdfkit uses; for an import Node loads another copy of it. */
export function fontkitOfPdfmake(): Fontkit {
  let require = createRequire(import.meta.url);
  for (const name of ['pdfmake', 'pdfkit']) require = createRequire(require.resolve(name));
  const fontkit: Fontkit = require('fontkit');
  return fontkit;
}

function runsOf(font: object, features: object): Map<string, Run> {
  const ofFont = runs.get(font) ?? new WeakMap<object, Map<string, Run>>();
  runs.set(font, ofFont);
  const known = ofFont.get(features) ?? new Map<string, Run>();
  ofFont.set(features, known);
  return known;
}

function copyOf<T extends object>(original: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(original)), original);
}
