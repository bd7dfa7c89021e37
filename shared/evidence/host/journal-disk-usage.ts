import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { readPrintedSize } from './printed-size.ts';

// Archived and active journals take up 56.0M in the file system.          (also "on disk" before systemd 232)
const SENTENCE =
  /^(?:Archived and active journals|Journals) take up (\d{1,6}(?:\.\d+)?[BKMGT]?) (?:in the file system|on disk)\.$/;

/** Whether a line is what `journalctl --disk-usage` prints. */
function isJournalDiskUsage(text: string): boolean {
  return SENTENCE.test(text);
}

/** `journalctl --disk-usage`. Source: src/journal/journalctl.c of https://github.com/systemd/systemd */
const createJournalDiskUsageParser: CreateParser = (context) =>
  parserOfLines(context, new JournalDiskUsageHandler(context));

class JournalDiskUsageHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'output of journalctl --disk-usage');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const bytes = readPrintedSize((SENTENCE.exec(line.text)?.[1] ?? '').replace(/B$/, ''), 1);
    if (bytes === null) {
      if (!isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    out.push({
      type: 'file-size',
      size: {
        time: null,
        path: '/var/log/journal',
        bytes,
        precision: 'allocated',
        isDirectory: true,
        from: 'journalctl',
        source: provenanceOfLines(this.#context, line),
      },
    });
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
  }

  timeResolution(): null {
    return null;
  }
}

export const JOURNAL_DISK_USAGE: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`journalctl --disk-usage`',
  detect: {
    by: 'header',
    sign: {
      sample: 'Archived and active journals take up 56.0M in the file system.',
      why: 'is what journalctl --disk-usage prints',
      reads: isJournalDiskUsage,
    },
  },
  dated: 'undated',
  printsHostZone: true,
  create: createJournalDiskUsageParser,
  // It holds no events.
  readAgain: null,
};
