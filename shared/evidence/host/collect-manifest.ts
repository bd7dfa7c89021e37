import type { RecordFormat } from '../reading/format.ts';
import { type Line, type LineHandler, parserOfLines, problemItem, StrayLines } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { parseDateLine } from '../reading/stamps.ts';

// # Inquest collection 1
const FIRST_LINE = /^# Inquest collection \d{1,3}\s*$/;
// unit: tracker.service          file: 6b86b2... 1809 journal/unit.export
const FIELD = /^(?:host|kernel|zone|unit|pid|since|until|database|artifact|file):(?: |$)/;
// not collected: sar: there is no such command on this host
const OMITTED = /^not collected: (.*)$/;
/** The script writes a few dozen. */
const OMITTED_LIMIT = 1_000;

/** Whether a line is the first of the manifest that collect.sh puts into its archive. */
function isCollectManifest(text: string): boolean {
  return FIRST_LINE.test(text);
}

/** The manifest of collect.sh (shared/collect): what could not be collected is a problem of the case, and said as one. */
const createCollectManifestParser: CreateParser = (context) =>
  parserOfLines(context, new CollectManifestHandler(context));

class CollectManifestHandler implements LineHandler {
  readonly #stray: StrayLines;
  #omitted = 0;

  constructor(context: ParseContext) {
    this.#stray = new StrayLines(context, 'line of a manifest of collect.sh');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const omitted = OMITTED.exec(text)?.[1];
    if (omitted !== undefined) {
      this.#omitted += 1;
      if (this.#omitted <= OMITTED_LIMIT) {
        out.push(problemItem('unreadable', `Not collected on the host: ${omitted.slice(0, 1_000)}`, line.byteOffset));
      }
      return;
    }
    if (FIRST_LINE.test(text) || FIELD.test(text) || text.trim() === '' || parseDateLine(text) !== null) return;
    this.#stray.add(line);
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
  }

  timeResolution(): null {
    return null;
  }
}

export const COLLECT_MANIFEST: RecordFormat = {
  holds: 'notices',
  savedAs: null,
  detect: {
    by: 'header',
    sign: {
      sample: '# Inquest collection 1',
      why: 'is the manifest of collect.sh',
      reads: isCollectManifest,
    },
  },
  dated: 'undated',
  printsHostZone: false,
  create: createCollectManifestParser,
  // It holds no events.
  readAgain: null,
};
