import type { EvidenceFormat } from '../../model/evidence.ts';
import { createCollectManifestParser } from '../host/collect-manifest.ts';
import { createDfParser } from '../host/df.ts';
import { createDuParser } from '../host/du.ts';
import { createFreeParser } from '../host/free.ts';
import { createJournalDiskUsageParser } from '../host/journal-disk-usage.ts';
import { createLsParser } from '../host/ls.ts';
import { createMeminfoParser } from '../host/meminfo.ts';
import { createPsParser } from '../host/ps.ts';
import { createSarParser } from '../host/sar.ts';
import { createTopParser } from '../host/top.ts';
import { createVmstatParser } from '../host/vmstat.ts';
import { createDmesgParser } from '../journal/dmesg.ts';
import { createJournalCatParser } from '../journal/journal-cat.ts';
import { createJournalExportParser } from '../journal/journal-export.ts';
import { createJournalJsonParser } from '../journal/journal-json.ts';
import { JOURNAL_TEXT_FORMATS, type JournalTextFormat } from '../journal/journal-prefix.ts';
import { createJournalTextParser } from '../journal/journal-text.ts';
import { createJournalVerboseParser } from '../journal/journal-verbose.ts';
import { createJsonLogParser } from '../logs/json-log.ts';
import { createAccessLogParser, createLogParser } from '../logs/log-file.ts';
import type { CreateParser, ParseContext, ParsedEvent } from '../reading/parser.ts';
import { createGunicornConfParser } from '../settings/gunicorn-conf.ts';
import { createSystemdUnitParser } from '../settings/systemd-unit.ts';

export { sniffZone } from './sniff-zone.ts';

/** The parser of every format that is read from its beginning to its end. Native journals, databases, artifacts and containers are read elsewhere. */
export const PARSERS: Partial<Record<EvidenceFormat, CreateParser>> = {
  'journal-short': createJournalTextParser('journal-short'),
  'journal-short-precise': createJournalTextParser('journal-short-precise'),
  'journal-short-iso': createJournalTextParser('journal-short-iso'),
  'journal-short-iso-precise': createJournalTextParser('journal-short-iso-precise'),
  'journal-short-full': createJournalTextParser('journal-short-full'),
  'journal-short-unix': createJournalTextParser('journal-short-unix'),
  'journal-short-monotonic': createJournalTextParser('journal-short-monotonic'),
  'syslog-rfc3164': createJournalTextParser('syslog-rfc3164'),
  'syslog-rfc5424': createJournalTextParser('syslog-rfc5424'),
  dmesg: createDmesgParser(),
  'journal-cat': createJournalCatParser(),
  'journal-json': createJournalJsonParser,
  'journal-export': createJournalExportParser,
  'journal-verbose': createJournalVerboseParser,
  'gunicorn-log': createLogParser,
  'carried-log': createLogParser,
  'access-log': createAccessLogParser,
  'json-log': createJsonLogParser,
  'gunicorn-conf': createGunicornConfParser,
  'systemd-unit': createSystemdUnitParser,
  ps: createPsParser,
  vmstat: createVmstatParser,
  free: createFreeParser,
  meminfo: createMeminfoParser,
  top: createTopParser,
  sar: createSarParser,
  df: createDfParser,
  ls: createLsParser,
  du: createDuParser,
  'journal-disk-usage': createJournalDiskUsageParser,
  'collect-manifest': createCollectManifestParser,
};

/** Formats whose rows mean nothing without the header or date line above them. */
const HEADED_FORMATS: ReadonlySet<EvidenceFormat> = new Set(['ps', 'vmstat', 'free', 'meminfo', 'top']);

/**
 * Reads one record again from its own bytes (without its final line end), as the event store does for the rows on screen.
 * `context.nearTime` is the record's known time: it settles the year, and is the time where the record itself has none
 * (uptime stamps, headers without a time). Null when the record cannot be read by itself: rows of ps and vmstat.
 */
export function decodeRecord(format: EvidenceFormat, bytes: Uint8Array, context: ParseContext): ParsedEvent | null {
  if (HEADED_FORMATS.has(format)) return null;
  const create = isJournalText(format)
    ? createJournalTextParser(format, { firstMonotonicAt: context.nearTime })
    : format === 'dmesg'
      ? createDmesgParser(context.nearTime)
      : format === 'journal-cat'
        ? createJournalCatParser(context.nearTime)
        : PARSERS[format];
  if (create === undefined) return null;
  // A header without a time takes the time of the entry before, which is the known time here.
  const parser = create({ ...context, startOffset: Math.max(context.startOffset, 1) });
  for (const item of [...parser.push(bytes), ...parser.end()]) {
    if (item.type !== 'event') continue;
    return { ...item.event, source: { ...item.event.source, byteOffset: context.startOffset } };
  }
  return null;
}

function isJournalText(format: EvidenceFormat): format is JournalTextFormat {
  return JOURNAL_TEXT_FORMATS.some((text) => text === format);
}

/** Whether the format's stamps have no year. */
export function isYearless(format: EvidenceFormat): boolean {
  return format === 'journal-short' || format === 'journal-short-precise' || format === 'syslog-rfc3164';
}
