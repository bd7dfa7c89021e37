import { type Carried, NOTHING_SAID } from '../carriers/carrier.ts';
import { levelOf } from '../headers/levels.ts';
import { stampOfValue } from '../headers/structured.ts';
import type { Columns } from '../reading/log-layout.ts';

/*
 * The names that exports give their columns: CloudWatch Logs Insights (@timestamp, @message, @logStream), its console
 * (timestamp, message), Azure Monitor (TimeGenerated [UTC], ResultDescription, ContainerId, LogEntry), Datadog (Date, Message,
 * Host, Service), Grafana (Time, Line), Cloud Logging's CSV (textPayload, timestamp), Papertrail's archives, which have no
 * names but a fixed order.
 */
const MESSAGE = /^(?:@?message|msg|line|log|log_?entry|logmessage|resultdescription|textpayload|content|_raw|text)$/;
const TIME = /^(?:@?timestamp|time|date|timegenerated(?: \[\w+\])?|timestamp_?utc|datetime|_time|generated_at|tsns)$/;
const WHO =
  /^(?:@?logstream(?:name)?|container(?:_?name|_?id)?|pod(?:_?name)?|service|instance|dyno|program|source_name|host)$/;
const HOST = /^(?:host(?:name)?|computer|node|source_name)$/;
const LEVEL = /^(?:level|severity|loglevel|status)$/;

/** The columns of a table of log lines, from the row of names with which it begins; null when it begins with none. */
export function readColumns(text: string): Columns | null {
  const lines = text.slice(0, HEAD_CHARACTERS).split('\n', HEAD_LINES + 1);
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const columns = columnsOf(line.replace(/\r$/, ''), index + 1);
    if (columns !== null) return columns;
  }
  return null;
}

/** Lines that may stand above the names: notes, an echo of the command. */
const HEAD_LINES = 8;
const HEAD_CHARACTERS = 8_192;

function columnsOf(head: string, headLines: number): Columns | null {
  // Names have none of the signs of JSON, logfmt or a clock.
  if (/[{}=:]/.test(head)) return null;
  const separator = head.includes('\t') ? '\t' : head.includes(',') ? ',' : head.includes(';') ? ';' : null;
  if (separator === null) return null;
  const names = splitRow(head, separator).map((name) => name.trim().toLowerCase());
  const message = names.findIndex((name) => MESSAGE.test(name));
  const time = names.findIndex((name) => TIME.test(name));
  if (message < 0 || time < 0 || names.some((name) => name.length > 60)) return null;
  return {
    separator,
    message,
    time,
    who: names.flatMap((name, index) => (WHO.test(name) && !HOST.test(name) ? [index] : [])).slice(0, 2),
    host: names.findIndex((name) => HOST.test(name)),
    level: names.findIndex((name) => LEVEL.test(name)),
    headLines,
  };
}

/** The cells of a row. Source: RFC 4180 */
function splitRow(row: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (row[at] === '"') {
      let cell = '';
      at += 1;
      for (;;) {
        const quote = row.indexOf('"', at);
        if (quote < 0) {
          cells.push(cell + row.slice(at));
          return cells;
        }
        cell += row.slice(at, quote);
        at = quote + 1;
        if (row[at] !== '"') break;
        cell += '"';
        at += 1;
      }
      cells.push(cell);
      at = row.indexOf(separator, at);
    } else {
      const end = row.indexOf(separator, at);
      cells.push(end < 0 ? row.slice(at) : row.slice(at, end));
      at = end;
    }
    if (at < 0) return cells;
    at += 1;
  }
}

/** Whether a row ends within a quoted cell: it goes on in the next line. */
export function isOpenRow(row: string): boolean {
  let quotes = 0;
  for (let at = row.indexOf('"'); at >= 0; at = row.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 1;
}

/** What a row says of the line that it holds; null when it has no such cell. */
export function readRow(row: string, columns: Columns): Carried | null {
  const cells = splitRow(row, columns.separator);
  const text = cells[columns.message];
  if (text === undefined) return null;
  const time = (cells[columns.time] ?? '').trim();
  const who = columns.who.map((index) => cells[index] ?? '').filter((name) => name !== '');
  const host = cells[columns.host] ?? '';
  return {
    ...NOTHING_SAID,
    text: text.replace(/\n+$/, ''),
    stamp: stampOfValue(time),
    who: who.length === 0 ? null : who.join('/'),
    host: host === '' ? null : host,
    level: levelOf(cells[columns.level]),
  };
}
