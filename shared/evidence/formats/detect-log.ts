import type { EvidenceFormat } from '../../model/evidence.ts';
import type { CarrierName } from '../carriers/carrier.ts';
import { peel } from '../carriers/peel.ts';
import { readHeader } from '../headers/read-header.ts';
import { jsonRecords, RECORDS_LOOKED_AT } from '../logs/log-layout.ts';
import { readRow } from '../logs/table-rows.ts';
import type { LogLayout } from '../reading/log-layout.ts';

/** What people call each carrier, after "wrapped by". */
export const CARRIER_WORDS: Readonly<Record<CarrierName, string>> = {
  terminal: 'a terminal',
  compose: 'docker compose',
  'process-manager': 'a process manager',
  'runtime-stamp': 'a container runtime',
  cri: 'a Kubernetes node (CRI)',
  'kubectl-prefix': 'kubectl logs --prefix',
  stern: 'stern',
  k9s: 'k9s',
  'docker-json': "Docker's json-file driver",
  'docker-events': 'docker events',
  'cloud-logging': 'Cloud Logging',
  cloudwatch: 'CloudWatch',
  azure: 'Azure',
  'collector-json': 'a log collector',
  loki: 'Grafana Loki',
  papertrail: 'Heroku or Papertrail',
  render: 'Render',
  fly: 'Fly.io',
  svlogd: 'svlogd or multilog',
  'short-stamp': 'a container runtime',
};

/** Share of the records of an export that must be log lines. */
const EXPORTED_SHARE = 0.5;

/** A platform's export as JSON values or as a table, whose records are no lines. */
export function detectExport(
  text: string,
  layout: LogLayout,
  isCut: boolean,
): { readonly format: EvidenceFormat; readonly why: string } | null {
  const { records, carriers } = layout;
  if (records === 'lines') return null;
  const found = records === 'json' ? jsonRecords(text) : tableRows(text, isCut).filter((row) => row.trim() !== '');
  const read = found.filter((record) =>
    records === 'json'
      ? peel(record, carriers).carriers.length > 0 || readHeader(record)?.stamp != null
      : readRow(record, records)?.stamp != null,
  );
  if (read.length === 0 || read.length < found.length * EXPORTED_SHARE) return null;
  const what = records === 'json' ? 'is a list of log entries as JSON' : 'is a table of log lines';
  return { format: 'carried-log', why: what };
}

function tableRows(text: string, isCut: boolean): readonly string[] {
  const rows = text.split('\n', RECORDS_LOOKED_AT).slice(1);
  if (isCut) rows.pop();
  return rows;
}

/** Logs of programs that are no service of Python's, whose lines have a stamp and words like any other. */
const OTHER_PROGRAMS: readonly { readonly line: RegExp; readonly why: string }[] = [
  {
    // 2026-01-28 04:10:22 status installed libc6:amd64 2.36-9
    line: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:startup|install|upgrade|configure|trigproc|remove|purge|disappear|conffile|status) \S/,
    why: 'is the log of dpkg',
  },
];
const OTHER_LOOKED_AT = 50;

export function otherProgram(text: string): string | null {
  const lines = text.split('\n', OTHER_LOOKED_AT).filter((line) => line.trim() !== '');
  const found = OTHER_PROGRAMS.find(({ line }) => lines.filter((each) => line.test(each)).length * 2 > lines.length);
  return found?.why ?? null;
}

// [ 7214.255799]     <6>[ 7214.255799]     [ 7214.255799 <    0.000014>]     kern  :info  : [ 7214.255799]
export const UPTIME_STAMP =
  /^(?:<\d{1,3}>|[a-z]{1,12} *:[a-z]{1,8} *: )?\[ *\d{1,10}\.\d{6}(?: <[^>\]]{0,40}>| +)?\](?:\[ *[TC]\d+\])? ?/;
const JOURNAL_SHARE = 0.8;

/**
 * Whether texts behind stamps of uptime are a journal's: nearly all begin with one host's name, or with identifiers and pids.
 * Messages of the kernel begin with names of drivers and devices.
 */
export function areOfJournal(texts: readonly string[]): boolean {
  const hosts = new Map<string, number>();
  let origins = 0;
  for (const text of texts) {
    const host = /^([\w.-]+) [^\s:[\]]+(?:\[\d+\])?: /.exec(text)?.[1];
    if (host !== undefined) hosts.set(host, (hosts.get(host) ?? 0) + 1);
    else if (/^(?:[\w./@-]+\[\d+\]|kernel): (?!segfault at )/.test(text)) origins += 1;
  }
  const needed = texts.length * JOURNAL_SHARE;
  return origins >= needed || Math.max(0, ...hosts.values()) >= needed;
}
