import { describe, expect, it } from 'vitest';
import { writeBriefText } from '../../../electron/export/brief-text.ts';
import { writeText } from '../../../electron/export/text.ts';
import { textColumns, wrapped } from '../../../electron/export/wrap.ts';
import { FOREIGN, LONG_WORD } from '../../support/hostile-case.ts';
import { emptyReport, hostileReport, referenceReport } from '../../support/reports.ts';

const plain = { width: 100, colour: false };

describe('the report in a terminal', () => {
  it('tells the reference incident', () => {
    const text = writeText(referenceReport().report, plain);
    for (const words of ['04:10:22', '04:11:54', '04:12:15', '2026-01-28', '92.5 s', '20.7 s', 'timeout = 300']) {
      expect(text).toContain(words);
    }
    expect(text).toMatch(/worker-timeout {2,}fits/);
    expect(text).toMatch(/large-artifact {2,}contributes/);
    for (const id of ['database-lock', 'memory-exhaustion', 'infinite-loop']) {
      expect(text).toMatch(new RegExp(`${id} {2,}ruled-out`));
    }
  });

  it('lists changes by what they are for, numbered through, each with what it would have done', () => {
    const { report } = referenceReport();
    const change = { patch: null, because: [], wouldHavePrevented: true };
    const recommendations = [
      { ...change, text: 'Raise the timeout.', action: 'mitigate', apply: 'systemctl reload x.service' },
      { ...change, text: 'Log progress.', action: 'detect', wouldHavePrevented: false },
      { ...change, text: 'Import in the background.', action: 'prevent', wouldHavePrevented: null },
    ] as const;
    const text = writeText({ ...report, recommendations }, plain);
    expect(text).toMatch(
      /\nMitigate\n1\. Raise the timeout\.\n {6}\$ systemctl reload x\.service\n {3}Would have prevented it: yes\n/,
    );
    expect(text).toMatch(/\nPrevent\n2\. Import in the background\.\n {3}Would have prevented it: unknown\n/);
    expect(text).toMatch(/\nDetect\n3\. Log progress\.\n {3}Would have prevented it: no, it collects what decides\n/);
  });

  it('warns of damaged evidence and dismissed facts above the cause', () => {
    const { report } = referenceReport();
    const text = writeText({ ...report, caveats: ['bundle.tar.gz is damaged or cut.'] }, plain);
    const at = text.indexOf('warning: bundle.tar.gz is damaged or cut.');
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(text.indexOf('Cause '));
  });

  it('says what a verdict depends on', () => {
    const { report } = referenceReport();
    const hypotheses = report.hypotheses.map((each) => ({ ...each, counterfactual: ['Without it: inconclusive.'] }));
    expect(writeText({ ...report, hypotheses }, plain)).toMatch(/^ {6}depends on {5}Without it: inconclusive\.$/m);
  });

  it.each([80, 100, 137, 160])('keeps to %i columns and clips nothing', (width) => {
    const text = writeText(hostileReport().report, { width, colour: false });
    for (const line of text.split('\n')) expect(textColumns(line)).toBeLessThanOrEqual(width);
    // The long word is broken over lines and indented, but all of it is there.
    expect(text.replace(/\s+/g, '')).toContain(LONG_WORD);
    expect(text).toContain('中文');
  });

  it.each([1, 1_000])('takes a width of %i as one that it can set', (width) => {
    const lines = writeText(referenceReport().report, { width, colour: false }).split('\n');
    expect(Math.max(...lines.map(textColumns))).toBeLessThanOrEqual(160);
  });

  it('lets no control character of the evidence through', () => {
    const text = writeText(hostileReport().report, plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(FOREIGN).toContain('\u001b');
    expect(text).toContain('\\u{1b}[31m');
  });

  it('colours only when asked, and says the same', () => {
    const coloured = writeText(referenceReport().report, { width: 100, colour: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what colours are made of
    const stripped = coloured.replace(/\u001b\[[\d;]*m/g, '');
    expect(coloured).not.toBe(stripped);
    const squeezed = (text: string): string => text.replace(/[ \t]+/g, ' ');
    expect(squeezed(stripped)).toBe(squeezed(writeText(referenceReport().report, plain)));
  });

  it('tells of a case without conclusions', () => {
    const text = writeText(emptyReport().report, plain);
    expect(text).toMatch(/worker-timeout {2,}inconclusive/);
    expect(text).toContain('Not in the evidence.');
  });
});

describe('the case on one screen', () => {
  const brief = (report = referenceReport().report): string => writeBriefText(report, plain);

  it('has the cause before the timeline, one line a hypothesis, and what to do last', () => {
    const text = brief();
    const order = ['Worker 23333 of', 'Cause  ', 'Impact  ', 'Timeline (UTC, 2026-01-28)', 'Hypotheses', 'What to do'];
    const places = order.map((words) => text.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(0);
    expect(text).toMatch(/worker timeout +likely cause/);
    expect(text).toMatch(/\+113\.2 s {2}SIGKILL/);
    expect(text).toContain('--full: ');
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('says of each change whether it would have prevented the incident', () => {
    expect(brief()).toMatch(/Mitigate {2}1\. Raise the worker timeout/);
    expect(brief()).toContain('Would have prevented it: no. It would have been killed later.');
    expect(brief()).toContain('Would have prevented it: yes');
  });

  it('clips nothing, and lets no control character through', () => {
    const text = brief(hostileReport().report);
    for (const line of text.split('\n')) expect(textColumns(line)).toBeLessThanOrEqual(plain.width);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.replace(/\s+/g, '')).toContain(LONG_WORD);
    expect(brief(emptyReport().report)).toContain('No log of workers was saved.');
  });
});

describe('wrapping', () => {
  it('breaks at spaces, breaks long words anywhere, counts wide letters twice', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('abcdefghij x', 4)).toEqual(['abcd', 'efgh', 'ij x']);
    expect(wrapped('中文中文', 5)).toEqual(['中文', '中文']);
    expect(wrapped('', 10)).toEqual(['']);
  });
});
