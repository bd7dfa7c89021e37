import { readCommonHeader } from '../headers/common-header.ts';
import type { LogLayout } from '../reading/log-layout.ts';
import { isPrintable, printableText, type ReadPlainRecord } from '../reading/plain-record.ts';
import { LogLineBytes, LogLineReader } from './log-line-bytes.ts';

/** Reads again the lines of a log that begin behind a known header, or are requests; see LogLineReader. */
export function readPlainLogLine(layout: LogLayout): ReadPlainRecord {
  if (layout.records !== 'lines' || layout.carriers.size > 0) return () => null;
  const reader = new LogLineReader(layout);
  const line = new LogLineBytes();
  return (bytes) => {
    if (!isPrintable(bytes) || !reader.read(bytes, 0, bytes.length, line)) return null;
    const message = printableText(bytes);
    const isShown = line.isAccess || line.isGunicorn || readCommonHeader(message) !== null;
    return {
      message,
      textAt: isShown ? null : line.textAt,
      identifier: null,
      host: null,
      resolutionMicros: line.resolutionMicros,
    };
  };
}
