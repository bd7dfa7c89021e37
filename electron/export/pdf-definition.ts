import type { Content, StyleDictionary, TableCell } from 'pdfmake/interfaces.js';
import { layoutProfile } from '../../shared/figures/profile-figure.ts';
import type { Scene } from '../../shared/figures/scene.ts';
import { sceneToSvg } from '../../shared/figures/scene-svg.ts';
import { utcTickLabel } from '../../shared/figures/time-scale.ts';
import { layoutTimeline } from '../../shared/figures/timeline-figure.ts';
import type { Report, ReportEvent, ReportFact, ReportHypothesis } from '../../shared/report/report.ts';
import { summaryFields } from '../../shared/report/words.ts';
import {
  CONTENT_WIDTH,
  codeBox,
  columnWidths,
  dataTable,
  fieldGrid,
  fieldTable,
  heading,
  mono,
  PAPER,
  PLAIN,
  sans,
  type Texts,
  VERDICT_LOOK,
} from './pdf-parts.ts';

/** Styles of the PDF; sizes in points. */
export const PDF_STYLES: StyleDictionary = {
  kicker: { fontSize: 8, color: PAPER.accent, bold: true, characterSpacing: 1.2 },
  title: { fontSize: 21, bold: true, margin: [0, 2, 0, 5] },
  headline: { fontSize: 11.5, lineHeight: 1.25, margin: [0, 0, 0, 8] },
  heading: { fontSize: 13, bold: true, margin: [0, 16, 0, 6] },
  subheading: { fontSize: 10.5, bold: true, margin: [0, 8, 0, 2] },
  body: { fontSize: 9, lineHeight: 1.2 },
  small: { fontSize: 8, lineHeight: 1.2 },
  quiet: { fontSize: 8, lineHeight: 1.2, color: PAPER.muted },
  footer: { fontSize: 8, color: PAPER.muted },
  label: { fontSize: 9, lineHeight: 1.2, color: PAPER.muted },
  columnHead: { fontSize: 8, bold: true, color: PAPER.muted },
  mono: { font: 'JetBrainsMono', fontSize: 7.5, lineHeight: 1.2 },
  monoSmall: { font: 'JetBrainsMono', fontSize: 6.8, lineHeight: 1.2 },
};

/** The whole report as pdfmake's content, section by section. */
export function pdfContent(report: Report, texts: Texts): Content[] {
  return [
    ...titleBlock(report, texts),
    ...incidentSection(report, texts),
    ...timelineSection(report, texts),
    ...verdictSection(report, texts),
    ...recommendationSection(report, texts),
    ...questionSection(report, texts),
    ...artifactSection(report, texts),
    ...databaseSection(report, texts),
    ...problemSection(report, texts),
    ...evidenceSection(report, texts),
  ];
}

function titleBlock(report: Report, texts: Texts): Content[] {
  return [
    { text: 'INCIDENT REPORT', style: 'kicker' },
    { text: texts.Inter(report.title), style: 'title' },
    { text: texts.Inter(report.headline), style: 'headline' },
    verdictStrip(report, texts),
  ];
}

/** The five verdicts side by side: what a reader in a hurry takes away. */
function verdictStrip({ hypotheses }: Report, texts: Texts): Content {
  if (hypotheses.length === 0) return [];
  const gap = 6;
  const width = (CONTENT_WIDTH - gap * (hypotheses.length - 1)) / hypotheses.length;
  const cells = hypotheses.map(({ title, verdict, verdictWords }): TableCell => {
    const { mark, colour, fill } = VERDICT_LOOK[verdict];
    return {
      stack: [
        { text: texts.Inter(title), fontSize: 8, color: PAPER.ink },
        { text: `${mark} ${verdictWords}`, fontSize: 9.5, bold: true, color: colour, margin: [0, 2, 0, 0] },
      ],
      fillColor: fill,
      margin: [7, 5, 5, 5],
    };
  });
  const spaced = cells.flatMap((cell, index): TableCell[] => (index === 0 ? [cell] : [{ text: '' }, cell]));
  const widths = cells.flatMap((_, index) => (index === 0 ? [width] : [gap, width]));
  return { table: { widths, body: [spaced] }, layout: { ...PLAIN, ...NO_PADDING }, margin: [0, 2, 0, 2] };
}

const NO_PADDING = { paddingLeft: () => 0, paddingRight: () => 0, paddingTop: () => 0, paddingBottom: () => 0 };

function incidentSection(report: Report, texts: Texts): Content[] {
  return [
    heading('The incident'),
    fieldTable(texts, summaryFields(report)),
    ...(report.incident.length === 0 ? [] : [fieldGrid(texts, report.incident)]),
  ];
}

function figure(scene: Scene, texts: Texts, title: string): Content {
  const nodes = scene.nodes.map((node) => (node.type === 'text' ? { ...node, text: texts.Inter(node.text) } : node));
  const svg = sceneToSvg({ ...scene, nodes }, PAPER, { title, fontFamily: 'Inter', idPrefix: 'figure', hover: false });
  return { svg, font: 'Inter', width: scene.width };
}

function timelineSection(report: Report, texts: Texts): Content[] {
  const { timeline, keyEvents } = report;
  if (timeline === null && keyEvents.length === 0) return [];
  const content: Content[] = [heading('Timeline')];
  if (timeline !== null) {
    const { input, from, to, caption } = timeline;
    const scene = layoutTimeline(input, { width: CONTENT_WIDTH, from, to, timeLabel: utcTickLabel });
    content.push(figure(scene, texts, 'Timeline of the incident'));
    content.push({ text: texts.Inter(caption), style: 'quiet', margin: [0, 3, 0, 6] });
  }
  if (report.phases.length > 0) {
    const rows = report.phases.map(({ label, depth, from, to, duration, note }): TableCell[] => [
      { text: texts.Inter(label), style: 'body', margin: [depth === 0 ? 0 : 12, 0, 0, 0] },
      mono(texts, `${utcTickLabel(from, 1)} - ${utcTickLabel(to, 1)}`),
      sans(texts, `${duration}${note === '' ? '' : `, ${note}`}`),
    ]);
    content.push(dataTable(columnWidths(190, 160), ['Phase', 'From - to', 'Duration'], rows));
  }
  if (keyEvents.length > 0) {
    content.push({ text: 'Key events', style: 'subheading', headlineLevel: 2 });
    const rows = keyEvents.map((event, index) => eventRow(event, keyEvents[index - 1], texts));
    const header = ['Time (UTC)', '>Since previous', 'Source', 'Pid', 'Message'];
    content.push(dataTable(columnWidths(70, 64, 92, 32), header, rows));
  }
  return content;
}

function eventRow(event: ReportEvent, previous: ReportEvent | undefined, texts: Texts): TableCell[] {
  const newDay = previous === undefined || previous.date !== event.date;
  const message: Content[] = [{ text: texts.JetBrainsMono(event.message), style: 'mono' }];
  if (event.moment !== null) {
    message.unshift({ text: texts.Inter(event.moment), fontSize: 8, bold: true, color: PAPER.accent });
  }
  return [
    mono(texts, newDay ? `${event.date}\n${event.clock}` : event.clock),
    monoRight(texts, event.delta),
    mono(texts, event.source, 'monoSmall'),
    mono(texts, event.pid === null ? '' : String(event.pid)),
    { stack: message },
  ];
}

function monoRight(texts: Texts, text: string) {
  return { text: texts.JetBrainsMono(text), style: 'mono', alignment: 'right' } as const;
}

function verdictSection({ hypotheses }: Report, texts: Texts): Content[] {
  return [heading('Verdict'), ...hypotheses.flatMap((hypothesis) => hypothesisBlock(hypothesis, texts))];
}

function hypothesisBlock(hypothesis: ReportHypothesis, texts: Texts): Content[] {
  const { title, verdict, verdictWords, score, reason, missing } = hypothesis;
  const { mark, colour } = VERDICT_LOOK[verdict];
  const content: Content[] = [
    {
      text: [
        { text: `${mark} `, color: colour },
        { text: texts.Inter(title) },
        { text: `   ${verdictWords}`, color: colour },
        { text: `   score ${score.toFixed(3)}`, bold: false, fontSize: 8, color: PAPER.muted },
      ],
      style: 'subheading',
      headlineLevel: 2,
    },
    { text: texts.Inter(reason), style: 'body', margin: [0, 0, 0, 3] },
  ];
  const rows = [
    ...hypothesis.for.map((fact) => factRow('for', fact, texts)),
    ...hypothesis.against.map((fact) => factRow('against', fact, texts)),
  ];
  if (rows.length > 0)
    content.push(dataTable(columnWidths(36, 34, 275), ['Speaks', '>Weight', 'Fact', 'Source'], rows));
  for (const { what, command } of missing) {
    content.push({ text: texts.Inter(`Missing: ${what}`), style: 'small', margin: [0, 2, 0, 1], headlineLevel: 3 });
    content.push(codeBox(texts, command));
  }
  return content;
}

function factRow(side: 'for' | 'against', { text, weight, sources }: ReportFact, texts: Texts): TableCell[] {
  return [
    sans(texts, side, 'small'),
    monoRight(texts, `${weight > 0 ? '+' : ''}${weight.toFixed(1)}`),
    sans(texts, text, 'small'),
    mono(texts, sources.join('\n'), 'monoSmall'),
  ];
}

function recommendationSection({ recommendations }: Report, texts: Texts): Content[] {
  if (recommendations.length === 0) return [];
  const blocks = recommendations.flatMap(({ text, patch, because }, index): Content[] => [
    {
      text: texts.Inter(`${index + 1}. ${text}`),
      style: 'body',
      bold: true,
      margin: [0, index === 0 ? 0 : 6, 0, 1],
      headlineLevel: 3,
    },
    ...because.map(
      (reason): Content => ({ text: texts.Inter(`Because: ${reason}`), style: 'quiet', margin: [12, 0, 0, 1] }),
    ),
    ...(patch === null ? [] : [codeBox(texts, patch)]),
  ]);
  return [heading('What to change'), ...blocks];
}

function questionSection({ questions, expectedFindings }: Report, texts: Texts): Content[] {
  const answers = questions.map(({ question, answer, known, sources }): TableCell[] => [
    sans(texts, question),
    sans(texts, answer, known ? 'body' : 'label'),
    mono(texts, sources.join('\n'), 'monoSmall'),
  ]);
  const words = { yes: '✓ as expected', no: '✗ not so', unknown: '? unknown' } as const;
  const colours = { yes: PAPER.ok, no: PAPER.danger, unknown: PAPER.muted } as const;
  const findings = expectedFindings.map(({ expected, observed, holds }): TableCell[] => [
    sans(texts, expected),
    sans(texts, observed, holds === 'unknown' ? 'label' : 'body'),
    { text: words[holds], style: 'small', bold: true, color: colours[holds] },
  ]);
  return [
    ...(answers.length === 0
      ? []
      : [heading('Questions'), dataTable(columnWidths(150, 225), ['Question', 'Answer', 'Source'], answers)]),
    ...(findings.length === 0
      ? []
      : [heading('Expected findings'), dataTable(columnWidths(200, 207), ['Expected', 'Observed', 'Holds'], findings)]),
  ];
}

function artifactSection({ artifact }: Report, texts: Texts): Content[] {
  if (artifact === null) return [];
  const scene = layoutProfile(artifact.report, { width: CONTENT_WIDTH, height: 230 });
  const caption = `Measured while Inquest parsed the artifact as a stream. ${scene.description}`;
  return [
    heading('Artifact'),
    fieldTable(texts, artifact.fields),
    figure(scene, texts, 'Cost of parsing the artifact'),
    { text: texts.Inter(caption), style: 'quiet', margin: [0, 3, 0, 0] },
  ];
}

function databaseSection({ database, config }: Report, texts: Texts): Content[] {
  const content: Content[] = [];
  if (database !== null) {
    content.push(heading('Database'), fieldTable(texts, database.fields));
    const rows = database.tables.map(({ name, rows: count, size }): TableCell[] => [
      mono(texts, name),
      { text: texts.Inter(count), style: 'small', alignment: 'right' },
      { text: texts.Inter(size), style: 'small', alignment: 'right' },
      { text: '' },
    ]);
    if (rows.length > 0) content.push(dataTable(columnWidths(190, 70, 70), ['Table', '>Rows', '>Size', ''], rows));
  }
  if (config.length > 0) content.push(heading('Configuration'), fieldTable(texts, config));
  return content;
}

function problemSection({ problems }: Report, texts: Texts): Content[] {
  if (problems.length === 0) return [];
  const rows = problems.map(({ path, kind, message }): TableCell[] => [
    mono(texts, path, 'monoSmall'),
    sans(texts, kind, 'small'),
    sans(texts, message, 'small'),
  ]);
  return [
    heading('Problems with the evidence'),
    dataTable(columnWidths(170, 72), ['File', 'Kind', 'What is wrong'], rows),
  ];
}

function evidenceSection({ evidence, notes }: Report, texts: Texts): Content[] {
  const rows = evidence.map(({ path, format, bytes, records, sha256 }): TableCell[] => [
    mono(texts, path, 'monoSmall'),
    sans(texts, format, 'small'),
    { text: bytes, style: 'small', alignment: 'right' },
    { text: records, style: 'small', alignment: 'right' },
    mono(texts, sha256, 'monoSmall'),
  ]);
  return [
    heading('Evidence'),
    dataTable(columnWidths(156, 74, 56, 42), ['File', 'Format', '>Bytes', '>Records', 'SHA-256'], rows),
    heading('How to read this'),
    ...notes.map((note): Content => ({ text: texts.Inter(note), style: 'small', margin: [0, 0, 0, 3] })),
  ];
}
