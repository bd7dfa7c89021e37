import type { Report, ReportHypothesis, ReportMoment } from '../../shared/report/report.ts';
import { byAction } from '../../shared/report/words.ts';
import { firstSentence, plural } from '../../shared/wording/figures.ts';
import { LIKELY_WORDS, preventedWords } from '../../shared/wording/names.ts';
import {
  analystLines,
  fieldLines,
  indented,
  indentedBy,
  type Painter,
  painter,
  type TextOptions,
  textWidth,
} from './text-lines.ts';
import { padded, textColumns, wrapped } from './wrap.ts';

/**
 * The case on one screen: what happened, the summary's fields, the moments of the incident, one line for each hypothesis,
 * and what to do. What it leaves out it counts, and names what shows it.
 */
export function writeBriefText(report: Report, options: TextOptions): string {
  const width = textWidth(options);
  const paint = painter(options);
  const heading = (words: string): readonly string[] => ['', paint('heading', words)];
  // The list of actions begins with what the field says.
  const fields = report.summary.filter(({ id }) => id !== 'action' || report.recommendations.length === 0);
  const changes = analystLines(report, width);
  const out = [
    ...wrapped(report.headline, width).map((line) => paint('title', line)),
    ...report.caveats.flatMap((caveat) => indented('warning: ', caveat, width)).map((line) => paint('warn', line)),
    '',
    ...fieldLines(fields, width),
    ...(report.moments.length === 0 ? [] : heading(timelineHeading(report.moments))),
    ...momentLines(report.moments, width, paint),
    ...heading('Hypotheses'),
    ...report.hypotheses.flatMap((hypothesis) => hypothesisLines(hypothesis, width, paint)),
    ...(changes.length === 0 ? [] : heading('Analyst changes')),
    ...changes,
    ...(report.recommendations.length === 0 ? [] : heading('What to do')),
    ...actionLines(report, width, paint),
    '',
    ...wrapped(footer(report), width).map((line) => paint('quiet', line)),
  ];
  return `${out.join('\n')}\n`;
}

function timelineHeading(moments: readonly ReportMoment[]): string {
  const date = moments.find((each) => each.date !== '')?.date;
  return date === undefined ? 'Timeline (the log has no times)' : `Timeline (UTC, ${date})`;
}

function momentLines(moments: readonly ReportMoment[], width: number, paint: Painter): readonly string[] {
  const clocks = Math.max(0, ...moments.map(({ date, clock }) => momentClock(moments, date, clock).length));
  const offsets = Math.max(0, ...moments.map(({ offset }) => offset.length));
  const sources = Math.min(36, Math.max(0, ...moments.map(({ source }) => textColumns(source))));
  return moments.flatMap(({ date, clock, offset, label, source }) => {
    const head = `  ${padded(momentClock(moments, date, clock), clocks)}  ${padded(offset, offsets, 'right')}  `;
    const room = width - textColumns(head) - sources - 2;
    const lines = wrapped(label, room);
    const places = wrapped(source, Math.max(1, sources));
    return Array.from({ length: Math.max(lines.length, places.length) }, (_, index) =>
      `${index === 0 ? head : ' '.repeat(textColumns(head))}${padded(lines[index] ?? '', room)}  ${paint('quiet', places[index] ?? '')}`.trimEnd(),
    );
  });
}

/** The date stands in the heading; a moment of another day has its own. */
function momentClock(moments: readonly ReportMoment[], date: string, clock: string): string {
  const first = moments.find((each) => each.date !== '')?.date;
  return date === first || date === '' ? clock : `${date} ${clock}`;
}

const VERDICT_TONE = { fits: 'bad', contributes: 'warn', inconclusive: 'quiet', 'ruled-out': 'good' } as const;

function hypothesisLines(hypothesis: ReportHypothesis, width: number, paint: Painter): readonly string[] {
  const { title, verdict } = hypothesis;
  const name = padded(title.toLowerCase(), 17);
  const words = padded(LIKELY_WORDS[verdict], 19);
  const indent = 2 + 17 + 2 + 19 + 2;
  const [first = '', ...rest] = wrapped(tellingFact(hypothesis), width - indent);
  return [
    `  ${paint('title', name)}  ${paint(VERDICT_TONE[verdict], words)}  ${first}`.trimEnd(),
    ...rest.map((line) => ' '.repeat(indent) + line),
  ];
}

/** The one fact that tells most: what decides, else what weighs most; of an open hypothesis what is missing. */
function tellingFact(hypothesis: ReportHypothesis): string {
  const { verdict, reason, missing } = hypothesis;
  if (verdict === 'inconclusive')
    return missing[0] === undefined
      ? reason
      : `missing: ${missing[0].what.replace(/^(?:The|A) /, (word) => word.toLowerCase())}`;
  const fact = verdict === 'ruled-out' ? hypothesis.against.find(({ text }) => text === reason) : hypothesis.for[0];
  if (fact === undefined) return reason;
  const source = fact.sources[0];
  return `${firstSentence(fact.text)}${source === undefined ? '' : ` (${source})`}`;
}

function actionLines(report: Report, width: number, paint: Painter): readonly string[] {
  return byAction(report.recommendations).flatMap(({ title, start, items }) =>
    items.flatMap((item, index) => {
      const number = start + index;
      const head = `  ${padded(index === 0 ? title : '', 8)}  ${number}. `;
      const first =
        number === 1 && item.patch !== null && !item.patch.includes('\n')
          ? [`${item.kind === 'shell' ? '$ ' : ''}${item.patch}`]
          : [];
      // What detects keeps nothing away, as its type says.
      const tried = item.action === 'detect' ? [] : [`Would have prevented it: ${preventedWords(item)}`];
      return [
        ...indented(head, item.text, width),
        ...first.flatMap((line) => indentedBy(textColumns(head), line, width)),
        ...tried
          .flatMap((words) => indented(' '.repeat(textColumns(head)), words, width))
          .map((line) => paint('quiet', line)),
      ];
    }),
  );
}

function footer(report: Report): string {
  const facts = new Set(report.hypotheses.flatMap((each) => [...each.for, ...each.against].map(({ text }) => text)))
    .size;
  const problems = report.problems.length === 0 ? 'no problems' : plural(report.problems.length, 'problem');
  return `${plural(report.evidence.length, 'file')} read, ${problems}. --full: ${plural(facts, 'fact')} with weights, key events, patches, questions and problems. Reports: --pdf, --html, --json.`;
}
