import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../../../shared/evidence/formats/table.ts';
import { stampAt } from '../../../../shared/evidence/headers/loose-stamp.ts';
import { monthNumber, parseDateLine } from '../../../../shared/evidence/reading/stamps.ts';
import type { EvidenceFormat } from '../../../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros } from '../../../../shared/model/time.ts';
import { CONTEXT } from '../support.ts';

/** What `%b` of strftime gives in glibc's locales, and what older ones gave. */
const MONTHS: Readonly<Record<string, string>> = {
  English: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
  German: 'Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez',
  'German, older': 'Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez',
  French: 'janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.',
  Spanish: 'ene feb mar abr may jun jul ago sep oct nov dic',
  Italian: 'gen feb mar apr mag giu lug ago set ott nov dic',
  Dutch: 'jan feb mrt apr mei jun jul aug sep okt nov dec',
  Portuguese: 'jan fev mar abr mai jun jul ago set out nov dez',
  Polish: 'sty lut mar kwi maj cze lip sie wrz paź lis gru',
  Swedish: 'jan feb mar apr maj jun jul aug sep okt nov dec',
  Norwegian: 'jan. feb. mars april mai juni juli aug. sep. okt. nov. des.',
  Czech: 'led úno bře dub kvě čen čec srp zář říj lis pro',
  Finnish: 'tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu',
  Hungarian: 'jan febr márc ápr máj jún júl aug szept okt nov dec',
  Russian: 'янв фев мар апр мая июн июл авг сен окт ноя дек',
};
/** Weekdays of 28 January 2026, a Wednesday. */
const WEDNESDAYS = ['Wed', 'Mi', 'mer.', 'mié', 'mer', 'wo', 'qua', 'śro', 'ons', 'sze', 'Ср'];

const NEAR = epochMicros(Date.UTC(2026, 5, 1) * 1000);
function timesIn(format: EvidenceFormat, text: string): readonly EpochMicros[] {
  const parser = FORMATS[format].create?.({ ...CONTEXT, nearTime: NEAR, nearTimeFrom: 'other-source' });
  if (parser === undefined) throw new Error(`${format} has no parser`);
  const items = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return items.flatMap((item) => (item.type === 'event' ? [item.event.time] : []));
}
const told = (times: readonly EpochMicros[]): readonly string[] =>
  times.map((time) => new Date(time / 1000).toISOString().slice(5, 19));
const DATES = Array.from({ length: 12 }, (_, index) => `${String(index + 1).padStart(2, '0')}-09T04:10:22`);

describe.each(Object.entries(MONTHS))('months in %s', (_, names) => {
  const months = names.split(' ');

  it('are twelve', () => {
    expect(months.map(monthNumber)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('stand in front of the entries of a journal and of syslog', () => {
    const lines = months.map((month) => `${month} 09 04:10:22 app01 gunicorn[25321]: Importing list 4\n`).join('');
    expect(told(timesIn('journal-short', lines)).toSorted()).toEqual(DATES);
    const precise = lines.replaceAll(':22 ', ':22.070123 ');
    expect(told(timesIn('journal-short-precise', precise)).toSorted()).toEqual(DATES);
    const syslog = months.map((month) => `<13>${month}  9 04:10:22 app01 gunicorn[25321]: Importing list 4\n`).join('');
    expect(told(timesIn('syslog-rfc3164', syslog)).toSorted()).toEqual(DATES);
  });

  it('stand in the headers of loggers and of the kernel', () => {
    for (const [index, month] of months.entries()) {
      for (const written of [
        `${month} 09 04:10:22`,
        `qua ${month}  9 04:10:22 2026`,
        `09/${month}/2026:04:10:22 +0000`,
      ]) {
        const found = stampAt(written, 0);
        expect(found?.end, written).toBe(written.length);
        expect(found?.stamp.type === 'time-of-day' ? null : found?.stamp.wall.month).toBe(index + 1);
      }
    }
    const dmesg = months
      .map((month) => `[Mi ${month}  9 04:10:22 2026] usb 1-1: reset high-speed USB device\n`)
      .join('');
    expect(told(timesIn('dmesg', dmesg)).toSorted()).toEqual(DATES);
  });
});

it.each(WEDNESDAYS)('%s is a weekday', (weekday) => {
  expect(
    told(timesIn('journal-short-full', `${weekday} 2026-01-28 04:10:22 UTC app01 gunicorn[25321]: text\n`)),
  ).toEqual(['01-28T04:10:22']);
  expect(stampAt(`${weekday} Jan 28 04:10:22 2026`, 0)?.stamp.type).toBe('full');
});

it.each([
  'Mi 28. Jan 04:10:19 CET 2026',
  'mer. 28 janv. 2026 04:10:19 CET',
  'mié 28 ene 2026 04:10:19 CET',
  'mer 28 gen 2026, 04:10:19, CET',
  'qua 28 jan 2026 04:10:19 CET',
  'wo 28 jan 2026 04:10:19 CET',
])('date(1) prints %s', (text) => {
  expect(parseDateLine(text)).toMatchObject({ wall: { year: 2026, month: 1, day: 28, hour: 4 }, zone: 60 });
});
