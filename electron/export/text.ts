import { isErrorSeverity } from '../../shared/model/event.ts';
import { formatDate, formatTimeOfDay } from '../../shared/model/time.ts';
import type { Report, ReportEvent, ReportHypothesis } from '../../shared/report/report.ts';
import { byAction } from '../../shared/report/words.ts';
import { formatScore } from '../../shared/wording/figures.ts';
import { preventedWords } from '../../shared/wording/names.ts';
import {
  analystLines,
  fieldLines,
  indented,
  indentedBy,
  type Painter,
  painter,
  type TextOptions,
  type Tone,
  textWidth,
} from './text-lines.ts';
import { padded, textColumns, wrapped } from './wrap.ts';

const TOP_FACTS = 4;

/**
 * The verdict and the timeline for a terminal: 80 to 160 columns, wrapped, nothing clipped, control characters escaped.
 * Escape sequences appear only when colour is asked for, and then only our own.
 */
export function writeText(report: Report, options: TextOptions): string {
  const width = textWidth(options);
  const paint = painter(options);
  const out: string[] = [];
  const heading = (words: string): void => {
    out.push('', paint('heading', words));
  };
  out.push(...wrapped(report.title, width).map((line) => paint('quiet', line)));
  out.push(...wrapped(report.headline, width).map((line) => paint('title', line)));
  for (const caveat of report.caveats) {
    out.push(...indented('warning: ', caveat, width).map((line) => paint('warn', line)));
  }
  if (report.summary.length > 0) out.push('', ...fieldLines(report.summary, width));
  if (report.incident.length > 0) {
    heading('Incident');
    out.push(...fieldLines(report.incident, width));
  }
  if (report.phases.length > 0) {
    heading('Phases (UTC)');
    out.push(...phaseLines(report, width));
  }
  if (report.keyEvents.length > 0) {
    heading(`Key events (UTC${sameDate(report.keyEvents) ? `, ${report.keyEvents[0]?.date ?? ''}` : ''})`);
    out.push(...eventLines(report.keyEvents, width, paint));
  }
  heading('Hypotheses');
  for (const hypothesis of report.hypotheses) out.push(...hypothesisLines(hypothesis, width, paint));
  const changes = analystLines(report, width);
  if (changes.length > 0) {
    heading('Analyst changes');
    out.push(...changes);
  }
  if (report.annotations.length > 0) {
    heading('Annotations');
    for (const { time, what, text, record, source } of report.annotations) {
      out.push(...indented(`  ${time}  `, [what, text].filter((part) => part !== '').join(': '), width));
      if (record !== '') out.push(...indentedBy(6, `${record} (${source})`, width));
    }
  }
  if (report.questions.length > 0) {
    heading('Questions');
    for (const { question, answer } of report.questions) out.push(...indented(`${question} `, answer, width));
  }
  if (report.recommendations.length > 0) {
    heading('What to do');
    for (const { title, start, items } of byAction(report.recommendations)) {
      out.push(paint('title', title));
      for (const [index, item] of items.entries()) {
        out.push(...indented(`${start + index}. `, item.text, width));
        for (const line of item.patch?.split('\n') ?? []) out.push(...indentedBy(6, line, width));
        if (item.apply !== undefined) out.push(...indentedBy(6, `$ ${item.apply}`, width));
        out.push(
          ...indented('   Would have prevented it: ', preventedWords(item), width).map((line) => paint('quiet', line)),
        );
      }
    }
  }
  if (report.problems.length > 0) {
    heading('Problems with the evidence');
    for (const { path, kind, message } of report.problems) {
      out.push(...indented('- ', `${path === '' ? '' : `${path}: `}${message} [${kind}]`, width));
    }
  }
  return `${out.join('\n')}\n`;
}

function phaseLines({ phases }: Report, width: number): readonly string[] {
  const name = ({ label, depth }: Report['phases'][number]): string => `${depth === 0 ? '' : '  '}${label}`;
  const names = Math.min(44, Math.max(...phases.map((phase) => textColumns(name(phase)))));
  return phases.flatMap((phase) => {
    const range = `${formatDate(phase.from)} ${formatTimeOfDay(phase.from, 3)} - ${formatTimeOfDay(phase.to, 3)}`;
    const tail = `${range}  ${phase.duration}${phase.note === '' ? '' : `, ${phase.note}`}`;
    return indented(`  ${padded(name(phase), names)}  `, tail, width);
  });
}

function sameDate(events: readonly ReportEvent[]): boolean {
  return events.every(({ date }) => date === events[0]?.date);
}

function eventLines(events: readonly ReportEvent[], width: number, paint: Painter): readonly string[] {
  const oneDay = sameDate(events);
  const deltas = Math.max(...events.map(({ delta }) => delta.length));
  const pids = Math.max(3, ...events.map(({ pid }) => String(pid ?? '').length));
  const sources = Math.min(32, Math.max(...events.map(({ source }) => textColumns(source))));
  return events.flatMap((event) => {
    const time = oneDay ? event.clock : `${event.date} ${event.clock}`;
    const head = `  ${time}  ${padded(event.delta, deltas, 'right')}  ${padded(String(event.pid ?? ''), pids, 'right')}  `;
    const room = width - textColumns(head);
    const wide = room - sources - 2 >= 40;
    const tone = toneOf(event.severity);
    const moment = event.moment === null ? '' : `[${event.moment}] `;
    if (!wide) {
      const lines = wrapped(`${moment}${event.message} (${event.source})`, room);
      return lines.map(
        (line, index) => (index === 0 ? head : ' '.repeat(textColumns(head))) + painted(line, tone, paint),
      );
    }
    const places = wrapped(event.source, sources);
    const lines = wrapped(moment + event.message, room - sources - 2);
    return Array.from({ length: Math.max(places.length, lines.length) }, (_, index) => {
      const place = paint('quiet', padded(places[index] ?? '', sources));
      const start = index === 0 ? head : ' '.repeat(textColumns(head));
      return `${start}${place}  ${painted(lines[index] ?? '', tone, paint)}`.trimEnd();
    });
  });
}

function painted(text: string, tone: Tone | null, paint: Painter): string {
  return tone === null || text === '' ? text : paint(tone, text);
}

function toneOf(severity: string | null): Tone | null {
  if (isErrorSeverity(severity)) return 'bad';
  return severity === 'warning' ? 'warn' : null;
}

const VERDICT_TONE = { fits: 'bad', contributes: 'warn', inconclusive: 'quiet', 'ruled-out': 'good' } as const;

function hypothesisLines(hypothesis: ReportHypothesis, width: number, paint: Painter): readonly string[] {
  const { id, verdict, score, reason } = hypothesis;
  const name = padded(id, 17);
  const verdictWords = padded(verdict, 12);
  const shown = padded(formatScore(score), 5, 'right');
  const plain = `  ${name}  ${verdictWords}  ${shown}  `;
  const rest = wrapped(reason, width - textColumns(plain));
  const first = `  ${paint('title', name)}  ${paint(VERDICT_TONE[verdict], verdictWords)}  ${shown}  ${rest[0] ?? ''}`;
  const facts = [
    ...hypothesis.for.map((fact) => ({ ...fact, side: 'for' })),
    ...hypothesis.against.map((fact) => ({ ...fact, side: 'against' })),
  ]
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, TOP_FACTS);
  return [
    first.trimEnd(),
    ...rest.slice(1).map((line) => ' '.repeat(textColumns(plain)) + line),
    ...hypothesis.counterfactual.flatMap((words) => indented('      depends on     ', words, width)),
    ...facts.flatMap(({ side, weight, text, sources }) => {
      const where = sources.length === 0 ? '' : ` (${sources.join(', ')})`;
      const label = `      ${padded(side, 7)} ${padded((weight > 0 ? '+' : '') + weight.toFixed(1), 5, 'right')}  `;
      return indented(label, text + where, width);
    }),
    ...hypothesis.missing.flatMap(({ what, command }) => [
      ...indented('      missing        ', what, width),
      ...indentedBy(21, `$ ${command}`, width),
    ]),
  ];
}
