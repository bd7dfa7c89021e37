import type { EvidenceFormat } from '../../model/evidence.ts';
import { peel } from '../carriers/peel.ts';
import { readHeader } from '../headers/read-header.ts';
import { isDateLine } from '../host/snapshot-time.ts';
import { isJournalNotice, readJournalPrefix } from '../journal/journal-prefix.ts';
import { TEXT_FORMATS } from '../journal/text-formats.ts';
import { learnLayout } from '../logs/log-layout.ts';
import { isDecoration } from '../reading/lines.ts';
import { levelOf } from '../wording/inner-header.ts';
import { detectBinary, detectByName } from './detect-binary.ts';
import { areOfJournal, CARRIER_WORDS, detectExport, otherProgram, UPTIME_STAMP } from './detect-log.ts';
import { readXmlStart } from './detect-xml.ts';
import { isThumbnails } from './nothing.ts';
import { detectorsBy } from './table.ts';
import { looksLike, unreadTool } from './unknown.ts';

// 2022-10-12T03:10:00 (5022) app.INFO: text      is a logger's: no host has a name in brackets
const HOST_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u;

/** What a file is, and by what it was recognised. */
export interface Detection {
  readonly format: EvidenceFormat;
  /** For people: `begins with the header of an SQLite database`. */
  readonly why: string;
}

const HEADERS = detectorsBy('header').map(({ format, detect }) => ({ format, ...detect.sign }));
const ENTRIES = detectorsBy('entries').flatMap(({ format, detect }) =>
  detect.signs.map((sign) => ({ format, beforeStamps: detect.beforeStamps, ...sign })),
);
const BEFORE_STAMPS = ENTRIES.filter(({ beforeStamps }) => beforeStamps);
const AFTER_STAMPS = ENTRIES.filter(({ beforeStamps }) => !beforeStamps);
const ROOTS = detectorsBy('root');
const WHOLES = detectorsBy('whole');

/** A log needs this share of its unindented lines to speak for it: a note that quotes a line is no log. */
const SHARE_NEEDED = 0.2;
const LINES_LOOKED_AT = 1_000;
const LEAST_NUL_RUN = 16;
const NUL_RUNS = /\0{16,}/g;

/**
 * Tells a file's format from its first bytes (64 KiB suffice). Content decides; the name only settles what content leaves
 * open: empty side files of SQLite, a configuration of one common setting.
 *
 * @param head first bytes of the file
 * @param fileName its name, for those ties
 * @param totalBytes its whole size
 */
export function detectFormat(head: Uint8Array, fileName: string, totalBytes: number): Detection {
  if (totalBytes === 0) return { format: 'empty', why: 'has no bytes' };
  if (isThumbnails(head, fileName)) return { format: 'desktop', why: "is Explorer's pictures of files (Thumbs.db)" };
  const binary = detectBinary(head, totalBytes);
  if (binary !== null) return binary;
  const detection = detectContent(head, fileName, totalBytes);
  const look = detection.format === 'unknown' ? looksLike(head, totalBytes) : null;
  return look === null ? detection : { format: 'unknown', why: look };
}

function detectContent(head: Uint8Array, fileName: string, totalBytes: number): Detection {
  const xml = readXmlStart(head);
  if (xml !== null) return detectXml(xml.root);
  if (isBinary(head)) {
    return (
      detectByName(fileName, totalBytes) ?? {
        format: 'unknown',
        why: 'is binary and of no known format',
      }
    );
  }
  const text = new TextDecoder('utf-8').decode(head).replace(NUL_RUNS, '');
  if (text.trim() === '') return { format: 'empty', why: 'has nothing but blanks' };
  return detectText(text, fileName, head.length < totalBytes);
}

function detectXml(root: string | null): Detection {
  if (root === 'html') return { format: 'unknown', why: 'is an HTML page' };
  for (const { format, detect } of ROOTS) {
    const why = detect.reads(root);
    if (why !== null) return { format, why };
  }
  return { format: 'unknown', why: 'begins like XML' };
}

/** NUL is no character of any text format here; UTF-16 is full of it. */
function isBinary(head: Uint8Array): boolean {
  let nuls = 0;
  let run = 0;
  let inRuns = 0;
  for (const byte of head) {
    run = byte === 0 ? run + 1 : 0;
    if (byte === 0) nuls += 1;
    if (run === LEAST_NUL_RUN) inRuns += LEAST_NUL_RUN;
    else if (run > LEAST_NUL_RUN) inRuns += 1;
  }
  // A log that was emptied under its writer, and a crash's torn blocks, have NULs in long runs; text is what is left.
  const rest = head.length - inRuns;
  return rest === 0 || (nuls > inRuns && (nuls - inRuns) * 3 > rest);
}

function detectText(text: string, fileName: string, isCut: boolean): Detection {
  const layout = learnLayout(text);
  const other = otherProgram(text);
  if (other !== null) return { format: 'unknown', why: other };
  const exported = detectExport(text, layout, isCut);
  if (exported !== null) return exported;
  const lines = text.split('\n', LINES_LOOKED_AT + 1).map((line) => line.replace(/\r+$/, ''));
  // The last line of a cut head is a piece; a piece of a single very long line still begins like its format.
  if (isCut && lines.length > 1 && lines.length <= LINES_LOOKED_AT) lines.pop();
  const counts = new Map<EvidenceFormat, { count: number; why: string }>();
  let candidates = 0;
  let notices = 0;
  const uptimes: string[] = [];
  let header: (typeof HEADERS)[number] | null = null;
  const vote = (format: EvidenceFormat, why: string): void => {
    const found = counts.get(format);
    if (found === undefined) counts.set(format, { count: 1, why });
    else found.count += 1;
  };
  for (const line of lines) {
    if (line.trim() === '') continue;
    if (isJournalNotice(line)) {
      notices += 1;
      continue;
    }
    const carrier = peel(line, layout.carriers).carriers.find((name) => name !== 'terminal');
    if (carrier !== undefined) {
      candidates += 1;
      vote('carried-log', `has log lines wrapped by ${CARRIER_WORDS[carrier]}`);
      continue;
    }
    if (header === null || header.isPreamble === true)
      header = HEADERS.find((each) => each !== header && each.reads(line)) ?? header;
    if (header?.hasStampsBelow === true && counts.size === 0) return { format: header.format, why: header.why };
    const uptime = UPTIME_STAMP.exec(line);
    if (uptime !== null) {
      candidates += 1;
      uptimes.push(line.slice(uptime[0].length));
      continue;
    }
    const early = BEFORE_STAMPS.find(({ reads }) => reads(line));
    if (early !== undefined) {
      candidates += 1;
      vote(early.format, early.why);
      continue;
    }
    const prefix = readJournalPrefix(line, 'journal-short-iso-precise');
    // 2026-01-28T04:10:22.070Z INFO app: text      Python's logging; no host is called INFO
    const isOfHost = prefix !== null && (prefix.host === null || HOST_NAME.test(prefix.host));
    if (isOfHost && !(levelOf(prefix.host ?? undefined) !== null && readHeader(line) !== null)) {
      candidates += 1;
      vote(prefix.format, TEXT_FORMATS[prefix.format].detect.why);
      continue;
    }
    const entry = AFTER_STAMPS.find(({ reads }) => reads(line));
    if (entry !== undefined) {
      candidates += 1;
      vote(entry.format, entry.why);
    } else if (!/^\s/.test(line) && !isDecoration(line) && !/^[{}[\]],?$/.test(line) && !isDateLine(line)) {
      candidates += 1;
    }
  }
  if (uptimes.length > 0) {
    const isJournal = areOfJournal(uptimes);
    const format = isJournal ? 'journal-short-monotonic' : 'dmesg';
    const why = isJournal
      ? 'has lines with the stamp of journalctl -o short-monotonic'
      : 'has messages with the stamps of dmesg';
    counts.set(format, { count: uptimes.length + (counts.get(format)?.count ?? 0), why });
  }
  // gunicorn's two logs in one file: the error log's reader takes both kinds of lines, with what continues them.
  const log = counts.get('gunicorn-log');
  const access = counts.get('access-log');
  if (log !== undefined && access !== undefined) {
    log.count += access.count;
    counts.delete('access-log');
  }
  // JSON records among lines of text, as a container's two streams are: one log of both.
  const json = counts.get('json-log');
  if (log !== undefined && json !== undefined) {
    counts.set('carried-log', { count: log.count + json.count, why: 'has log lines as text and as JSON objects' });
    counts.delete('gunicorn-log');
    counts.delete('json-log');
  }
  const carried = counts.get('carried-log');
  const plain = counts.get('gunicorn-log') ?? counts.get('json-log');
  if (carried !== undefined && plain !== undefined) carried.count += plain.count;
  const best = [...counts].sort(([, a], [, b]) => b.count - a.count)[0];
  // A table inside a log (a script that logs ps) leaves it a log.
  const shareNeeded = header === null ? SHARE_NEEDED : 0.5;
  if (best !== undefined && best[1].count >= Math.max(1, candidates * shareNeeded)) {
    return { format: best[0], why: best[1].why };
  }
  const tool = unreadTool(lines);
  // What kindred tools begin with says nothing where one of them is told.
  if (header !== null && !(header.isPreamble === true && tool !== null)) {
    return { format: header.format, why: header.why };
  }
  if (notices > 0 && counts.size === 0 && candidates === 0) {
    return { format: 'journal-empty', why: "holds nothing but journalctl's notices" };
  }
  for (const { format, detect } of WHOLES) {
    const why = detect.reads(text, lines, fileName);
    if (why !== null) return { format, why };
  }
  return { format: 'unknown', why: tool ?? unknownWhy(lines) };
}

/** Formats that are not read but often given, with what to give instead. */
function unknownWhy(lines: readonly string[]): string {
  // [Nov24 03:48] python3[9930]: segfault ...     [  +0.000014] Code: ...
  if (lines.some((line) => /^\[(?:[A-Z][a-z]{2}\d\d \d\d:\d\d|<? *\+?\d{1,6}\.\d{6}>?)\] /.test(line)))
    return 'is dmesg -e or -d, whose stamps are relative; save it with dmesg --time-format iso';
  return 'matches no known format';
}

/** Each sign's sample, for the test that every sign reads its own. */
export const DETECTOR_SAMPLES: readonly { readonly format: EvidenceFormat; readonly sample: string }[] = [
  ...HEADERS,
  ...ENTRIES,
].map(({ format, sample }) => ({ format, sample }));
