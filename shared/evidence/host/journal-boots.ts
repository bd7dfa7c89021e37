import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wallOf, zoneMinutes } from '../reading/stamps.ts';
import { SnapshotClock } from './snapshot-time.ts';

const STAMP = String.raw`\p{L}{1,5}\.? (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) ([A-Za-z]{1,6}|[+-]\d\d(?::?\d\d)?)`;
//  -1 5a1de3f6b1f64bb9a2f4f7c2f0f2d1aa Sun 2025-11-30 22:00:00 UTC Sun 2025-11-30 22:41:04 UTC          systemd 252
// -1 5a1de3f6b1f64bb9a2f4f7c2f0f2d1aa Sun 2025-11-30 22:00:00 UTC—Sun 2025-11-30 22:41:04 UTC           with fewer blanks and a dash in older ones
const ROW = new RegExp(String.raw`^\s{0,8}-?\d{1,6} ([0-9a-f]{32}) (${STAMP})[ —](${STAMP})\s*$`, 'u');
const HEADER = /^IDX BOOT ID\s+FIRST ENTRY\s+LAST ENTRY\s*$/;

/** Whether a line is a row of `journalctl --list-boots`. */
function isBootRow(text: string): boolean {
  return ROW.test(text);
}

/**
 * `journalctl --list-boots`: each boot of the host, from its first entry in the journal to its last. A boot is an event at its
 * first entry: what the boot before it ran says nothing from there on. Source: action_list_boots in
 * https://github.com/systemd/systemd/blob/v252/src/journal/journalctl.c
 */
const createJournalBootsParser: CreateParser = (context) => parserOfLines(context, new JournalBootsHandler(context));

class JournalBootsHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of journalctl --list-boots');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const row = ROW.exec(line.text);
    const time = row === null ? null : this.#firstEntryOf(row);
    if (row === null || time === null) {
      if (!HEADER.test(line.text) && !isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    out.push(
      eventItem({
        time,
        resolutionMicros: MICROS_PER_SECOND,
        timestampDesc: 'entry written',
        kind: 'notice',
        message: `Boot ${row[1]}: first entry ${row[2]}, last entry ${row[10]}`,
        pid: null,
        identifier: null,
        host: null,
        severity: null,
        unit: null,
        detail: {},
        source: provenanceOfLines(this.#context, line),
      }),
    );
  }

  #firstEntryOf(row: RegExpExecArray): EpochMicros | null {
    const [, , , year, month, day, hour, minute, second, zone] = row;
    return this.#clock.resolve(wallOf(year, month, day, hour, minute, second), zoneMinutes(zone ?? ''));
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

export const JOURNAL_BOOTS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`journalctl --list-boots`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '  0 a240791736fc4f16beaa9416bb346a34 Sun 2025-11-30 22:41:40 UTC Sun 2025-11-30 23:00:00 UTC',
        why: 'has the rows of journalctl --list-boots',
        reads: isBootRow,
      },
    ],
    beforeStamps: false,
  },
  // Some names of zones have no single meaning. Waiting for the others also keeps a list of years from dating them.
  dated: 'by-zone',
  printsHostZone: true,
  create: createJournalBootsParser,
  readAgain: () => createJournalBootsParser,
};
