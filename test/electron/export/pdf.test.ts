import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { caseJsonText } from '../../../electron/export/case-json.ts';
import { writePdf } from '../../../electron/export/pdf.ts';
import { LONG_WORD } from '../../support/hostile-case.ts';
import { emptyReport, hostileReport, referenceReport, type WrittenCase } from '../../support/reports.ts';
import { runOn, toolMissing } from '../../support/tools.ts';

const NO_POPPLER = toolMissing('pdftotext', '-v') || toolMissing('pdfdetach', '-v');
const NO_QPDF = toolMissing('qpdf', '--version');

const pdfOf = ({ report, caseJson }: WrittenCase): Promise<Uint8Array> => writePdf(report, caseJson);
const written = new Map<() => WrittenCase, Promise<Uint8Array>>();
/** The PDF of a case that several tests look at, written once. */
function pdfOnce(make: () => WrittenCase): Promise<Uint8Array> {
  const known = written.get(make) ?? pdfOf(make());
  written.set(make, known);
  return known;
}
/** Its table of events goes over several pages. */
const longReport = (): WrittenCase => hostileReport(3);
const pagesOf = (pdf: Uint8Array): readonly string[] =>
  runOn(pdf, 'pdftotext', (path) => ['-layout', path, '-'])
    .split('\f')
    .slice(0, -1);

const CASES = [
  ['the reference case', referenceReport],
  ['a hostile case', hostileReport],
  ['an empty case', emptyReport],
] as const;

describe.each(CASES)('the PDF of %s', (_, make) => {
  it('begins and ends as a PDF does', async () => {
    const pdf = Buffer.from(await pdfOnce(make));
    expect(pdf.subarray(0, 8).toString('latin1')).toBe('%PDF-1.7');
    expect(pdf.subarray(-6).toString('latin1').trim()).toBe('%%EOF');
  });

  it.skipIf(NO_QPDF)('has no fault that qpdf finds', async () => {
    const pdf = await pdfOnce(make);
    expect(runOn(pdf, 'qpdf', (path) => ['--check', path])).toContain('No syntax or stream encoding errors found');
  });

  it.skipIf(NO_POPPLER)('carries the case JSON, byte for byte', async () => {
    const pdf = await pdfOnce(make);
    expect(runOn(pdf, 'pdfdetach', (path) => ['-list', path])).toMatch(/1: case\.json/);
    expect(runOn(pdf, 'pdfdetach', (path, output) => ['-save', '1', '-o', output, path], 'what it writes')).toBe(
      caseJsonText(make().caseJson),
    );
  });

  it.skipIf(NO_POPPLER)('numbers its pages', async () => {
    const pages = pagesOf(await pdfOnce(make));
    expect(pages.length).toBeGreaterThan(0);
    pages.forEach((page, index) => {
      expect(page.trimEnd()).toMatch(new RegExp(`${index + 1} / ${pages.length}$`));
    });
  });
});

describe('the PDF', () => {
  it.skipIf(NO_POPPLER)('gives every SHA-256 in one piece, to be searched for and copied', async () => {
    const { report } = referenceReport();
    const text = pagesOf(await pdfOnce(referenceReport)).join('\n');
    expect(report.evidence.length).toBeGreaterThan(5);
    for (const { sha256 } of report.evidence) expect(text).toContain(sha256);
  });

  it.skipIf(NO_POPPLER)('says what the report says', async () => {
    const text = pagesOf(await pdfOnce(referenceReport)).join('\n');
    for (const words of [
      'incident-2026-01-28',
      '04:12:15.229579',
      '+20.659131 s',
      'WORKER TIMEOUT 04:11:54.570',
      'timeout = 300',
      'peak 663 MB',
      'MB parsed',
      '220 suites in 59.3 MB',
      'duration, each bar 4 to a decade',
    ]) {
      expect(text).toContain(words);
    }
  });

  it.skipIf(NO_POPPLER)('clips no long word and shows what its fonts lack as escapes', async () => {
    const pdf = await pdfOnce(hostileReport);
    const text = runOn(pdf, 'pdftotext', (path) => ['-raw', path, '-']);
    const squeezed = text.replace(/\s+/g, '');
    // In the summary, the incident's fields, key events, commands, the patch and the list of problems.
    expect(squeezed.split(LONG_WORD).length - 1).toBeGreaterThanOrEqual(8);
    expect(squeezed).toContain('\\u{4e2d}\\u{6587}\\u{1f600}\\u{202e}evil\\u{7}\\u{1b}[31mred');
    expect(text).toContain('Жук');
    // No ligatures: the letters of a command stay the letters of the command.
    expect(squeezed).toContain("grep'->'|grep'!='");
    const inside = runOn(pdf, 'pdftotext', (path) => ['-bbox', path, '-']);
    for (const [, xMax = '0'] of inside.matchAll(/xMax="([\d.]+)"/g)) expect(Number(xMax)).toBeLessThan(560);
  });

  it.skipIf(NO_POPPLER)('leaves no heading alone at the end of a page', async () => {
    const headings =
      /^(Timeline|Verdict|Key events|What to do|Questions|Expected findings|Artifact|Database|Configuration|Problems with the evidence|Evidence|How to read this|Missing: .*)$/;
    for (const make of [hostileReport, longReport]) {
      for (const page of pagesOf(await pdfOnce(make))) {
        const lines = page
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '');
        // The last line is the footer.
        expect(lines.at(-2) ?? '').not.toMatch(headings);
      }
    }
  });

  it.skipIf(NO_POPPLER)('repeats the header of a table on every page', async () => {
    const pages = pagesOf(await pdfOnce(longReport));
    const withEvents = pages.filter((page) => page.includes('Since previous'));
    expect(withEvents.length).toBeGreaterThan(1);
  });

  it('is the same to the byte in another process at another time', async () => {
    const here = Buffer.from(await pdfOnce(referenceReport));
    const script = join(inject('programs'), 'pdf-digest.js');
    const run = (zone: string) =>
      spawnSync(process.execPath, [script], {
        encoding: 'utf8',
        env: { ...process.env, TZ: zone, LANG: 'C' },
      });
    const first = run('Asia/Kolkata');
    expect(first.stderr).toBe('');
    const digest = await crypto.subtle.digest('SHA-256', here);
    expect(first.stdout).toBe(Buffer.from(digest).toString('hex'));
  });

  it('is another document for another case', async () => {
    const idOf = (pdf: Uint8Array): string | undefined =>
      /\/ID \[<([0-9a-f]+)>/.exec(Buffer.from(pdf).toString('latin1'))?.[1];
    const made = referenceReport();
    const here = idOf(await pdfOnce(referenceReport));
    expect(here).toMatch(/^[0-9a-f]{16,}$/);
    expect(idOf(await pdfOf({ ...made, caseJson: { ...made.caseJson, timeline: [] } }))).not.toBe(here);
  });

  it.skipIf(toolMissing('pdfinfo', '-v'))('names itself, its subject and its language', async () => {
    const pdf = await pdfOnce(referenceReport);
    const info = runOn(pdf, 'pdfinfo', (path) => [path]);
    expect(info).toMatch(/Title: +Incident report: incident-2026-01-28/);
    expect(info).toMatch(/Author: +Inquest/);
    expect(info).toMatch(/Subject: +Worker 23333/);
    expect(info).toMatch(/Page size: .*A4/);
    expect(Buffer.from(pdf).toString('latin1')).toMatch(/\/Lang \(en\)/);
  });
});
