import type { Content, StyleDictionary, TableCell } from 'pdfmake/interfaces.js';
import { layoutDays } from '../../shared/figures/days-figure.ts';
import { layoutFileMap } from '../../shared/figures/file-map-figure.ts';
import { CASE_MEASURES, layoutHistogram } from '../../shared/figures/histogram-figure.ts';
import { layoutProfile } from '../../shared/figures/profile-figure.ts';
import type { Scene } from '../../shared/figures/scene.ts';
import { sceneToSvg } from '../../shared/figures/scene-svg.ts';
import { utcTickLabel } from '../../shared/figures/time-scale.ts';
import { layoutTimeline } from '../../shared/figures/timeline-figure.ts';
import type {
  Report,
  ReportEvent,
  ReportFact,
  ReportHypothesis,
  ReportRecommendation,
} from '../../shared/report/report.ts';
import { byAction } from '../../shared/report/words.ts';
import { firstSentence, formatScore } from '../../shared/wording/figures.ts';
import { preventedWords } from '../../shared/wording/names.ts';
import {
  type Block,
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
  paragraph,
  sans,
  section,
  type Texts,
  VERDICT_LOOK,
  wholeTable,
} from './pdf-parts.ts';

/** Styles of the PDF; sizes in points. */
export const PDF_STYLES: StyleDictionary = {
  kicker: { fontSize: 8, color: PAPER.accent, bold: true, characterSpacing: 1.2 },
  title: { fontSize: 15, lineHeight: 1.2, bold: true, margin: [0, 3, 0, 8] },
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
  const blocks = [
    ...section('The incident', incidentBlocks(report, texts)),
    ...section('Timeline', timelineBlocks(report, texts)),
    ...section('Verdict', verdictBlocks(report, texts), 3),
    ...section('Evidence matrix', matrixBlocks(report, texts), 2),
    ...section('Analyst changes', judgementBlocks(report, texts)),
    ...section('Annotations', annotationBlocks(report, texts)),
    ...section('What to do', recommendationBlocks(report, texts)),
    ...section('Questions', questionBlocks(report, texts)),
    ...section('Expected findings', findingBlocks(report, texts)),
    ...section('Artifact', artifactBlocks(report, texts)),
    ...section('Database', databaseBlocks(report, texts)),
    ...section('Queries', queryBlocks(report, texts)),
    ...section('Configuration', report.config.length === 0 ? [] : [fieldTable(texts, report.config)]),
    ...section('Problems with the evidence', problemBlocks(report, texts)),
    ...section('Evidence', [evidenceTable(report, texts)]),
    ...section(
      'How to read this',
      report.notes.map((note) => paragraph(texts, note, 'small', [0, 0, 0, 3])),
    ),
  ];
  return [...titleBlock(report, texts), ...blocks.map(({ content }) => content)];
}

function titleBlock(report: Report, texts: Texts): Content[] {
  return [
    { text: [{ text: 'INCIDENT REPORT   ' }, { text: texts.Inter(report.title), bold: false }], style: 'kicker' },
    { text: texts.Inter(report.headline), style: 'title' },
    ...report.caveats.map(
      (words): Content => ({
        text: texts.Inter(`! ${words}`),
        style: 'small',
        color: PAPER.warning,
        bold: true,
        margin: [0, 0, 0, 3],
      }),
    ),
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

function incidentBlocks(report: Report, texts: Texts): Block[] {
  // The table of actions begins with what the field says.
  const fields = report.summary.filter(({ id }) => id !== 'action' || report.recommendations.length === 0);
  return [fieldTable(texts, fields), ...actionBlocks(report, texts), ...placeBlocks(report, texts)];
}

/** Every action in a line on the first page, by its number below: who reads no further sees what is to be done. */
function actionBlocks({ recommendations }: Report, texts: Texts): Block[] {
  const rows = byAction(recommendations).flatMap(({ title, start, items }) =>
    items.map((item, index): TableCell[] => [
      { text: String(start + index), style: 'small', alignment: 'right' },
      sans(texts, firstSentence(item.text), 'small'),
      sans(texts, title, 'small'),
      sans(texts, item.wouldHavePrevented === null ? 'unknown' : item.wouldHavePrevented ? 'yes' : 'no', 'small'),
    ]),
  );
  if (rows.length === 0) return [];
  const table = dataTable(columnWidths(20, 355, 50), ['>', 'Action', 'Type', 'Would have prevented it'], rows);
  return [wholeTable(table, rows.length)];
}

/** The timeline is laid out larger than it is printed, so that it stands on the first page under the summary. */
const DRAWN_LARGER = 1.12;

/** A figure with its caption, which stays with it. */
function figure(scene: Scene, texts: Texts, title: string, caption: string): Block {
  const nodes = scene.nodes.map((node) => (node.type === 'text' ? { ...node, text: texts.Inter(node.text) } : node));
  const svg = sceneToSvg({ ...scene, nodes }, PAPER, { title, fontFamily: 'Inter', idPrefix: 'figure', hover: false });
  const content: Content = {
    stack: [
      { svg, font: 'Inter', width: Math.min(CONTENT_WIDTH, scene.width) },
      { text: texts.Inter(caption), style: 'quiet', margin: [0, 3, 0, 6] },
    ],
    unbreakable: true,
  };
  return { content, startHeight: scene.height * Math.min(1, CONTENT_WIDTH / scene.width) + 35 };
}

/** Worker, host and times, and how the incidents of the case lie by day. */
function placeBlocks({ incident, byDay }: Report, texts: Texts): Block[] {
  if (incident.length === 0) return [];
  const scene = layoutDays(byDay, CONTENT_WIDTH);
  const days = byDay.length === 0 ? [] : [figure(scene, texts, 'Incidents by day', scene.description)];
  return [fieldGrid(texts, incident), ...days];
}

function timelineBlocks({ timeline, phases, keyEvents }: Report, texts: Texts): Block[] {
  const blocks: Block[] = [];
  if (timeline !== null) {
    const { input, from, to, caption } = timeline;
    const scene = layoutTimeline(input, { width: CONTENT_WIDTH * DRAWN_LARGER, from, to, timeLabel: utcTickLabel });
    blocks.push(figure(scene, texts, 'Timeline of the incident', caption));
  }
  if (phases.length > 0) {
    const rows = phases.map(({ label, depth, from, to, duration, note }): TableCell[] => [
      { text: texts.Inter(label), style: 'body', margin: [depth === 0 ? 0 : 12, 0, 0, 0] },
      mono(texts, `${utcTickLabel(from, 1)} - ${utcTickLabel(to, 1)}`),
      sans(texts, `${duration}${note === '' ? '' : `, ${note}`}`),
    ]);
    blocks.push(wholeTable(dataTable(columnWidths(190, 160), ['Phase', 'From - to', 'Duration'], rows), rows.length));
  }
  if (keyEvents.length > 0) {
    const rows = keyEvents.map((event, index) => eventRow(event, keyEvents[index - 1], texts));
    const columns = ['Time (UTC)', '>Since previous', 'Source', 'Pid', 'Message'];
    const table = dataTable(columnWidths(70, 64, 92, 32), columns, rows);
    blocks.push(heading({ text: 'Key events', style: 'subheading' }, 25, [table]), table);
  }
  return blocks;
}

function eventRow(event: ReportEvent, previous: ReportEvent | undefined, texts: Texts): TableCell[] {
  const newDay = previous === undefined || previous.date !== event.date;
  const message: Content[] = [{ text: texts.JetBrainsMono(event.message), style: 'mono', preserveLeadingSpaces: true }];
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

function verdictBlocks({ hypotheses, verdictKey }: Report, texts: Texts): Block[] {
  if (hypotheses.length === 0) return [];
  return [
    ...verdictKey.map((words) => paragraph(texts, words, 'quiet', [0, 0, 0, 3])),
    ...hypotheses.flatMap((hypothesis) => hypothesisBlocks(hypothesis, texts)),
  ];
}

function hypothesisBlocks(hypothesis: ReportHypothesis, texts: Texts): Block[] {
  const { title, verdict, verdictWords, score, reason, missing } = hypothesis;
  const { mark, colour } = VERDICT_LOOK[verdict];
  const rows = [
    ...hypothesis.for.map((fact) => factRow('for', fact, texts)),
    ...hypothesis.against.map((fact) => factRow('against', fact, texts)),
  ];
  const columns = ['Speaks', '>Weight', 'Fact', 'Source'];
  const body = [
    paragraph(texts, reason, 'body', [0, 0, 0, 3]),
    ...hypothesis.counterfactual.map((words) => paragraph(texts, words, 'quiet', [0, 0, 0, 3])),
    ...(rows.length === 0 ? [] : [dataTable(columnWidths(36, 34, 270), columns, rows)]),
  ];
  const words: Content = [
    { text: `${mark} `, color: colour },
    { text: texts.Inter(title) },
    { text: `   ${verdictWords}`, color: colour },
    { text: `   score ${formatScore(score)}`, bold: false, fontSize: 8, color: PAPER.muted },
  ];
  return [
    heading({ text: words, style: 'subheading' }, 25, body),
    ...body,
    ...missing.flatMap(({ what, command }) => {
      const box = codeBox(texts, command);
      const text = texts.Inter(`Missing: ${what}`);
      return [heading({ text, style: 'small', margin: [0, 2, 0, 1] }, 16, [box]), box];
    }),
  ];
}

const CELL_LOOKS = {
  consistent: { color: PAPER.accent, fillColor: PAPER['accent-soft'] },
  inconsistent: { color: PAPER.danger, fillColor: PAPER['danger-soft'] },
  neutral: { color: PAPER.faint },
} as const;
/** Width of a hypothesis's column in points: its longest word at 8 points. */
const CELL_WIDTH = 46;

function matrixBlocks({ matrix }: Report, texts: Texts): Block[] {
  if (matrix === null) return [];
  const rows = matrix.rows.map(({ text, note, isOverruled, cells }): TableCell[] => [
    {
      stack: [
        { text: texts.Inter(text), ...(isOverruled ? { decoration: 'lineThrough', color: PAPER.muted } : {}) },
        ...(note === null ? [] : [{ text: texts.Inter(note), bold: true }]),
      ],
      style: 'small',
    },
    ...cells.map(
      ({ signs, reading }): TableCell => ({
        text: texts.JetBrainsMono(signs),
        style: 'mono',
        fontSize: 9,
        alignment: 'center',
        ...(isOverruled ? { color: PAPER.faint } : CELL_LOOKS[reading]),
      }),
    ),
  ]);
  const sums: TableCell[] = [
    sans(texts, 'Speaks against it, in sum', 'quiet'),
    ...matrix.against.map((sum): TableCell => ({ text: sum, style: 'mono', alignment: 'center' })),
  ];
  const widths = columnWidths(...matrix.hypotheses.map(() => CELL_WIDTH)).reverse();
  const key = paragraph(texts, matrix.key, 'quiet', [0, 0, 0, 3]);
  return [key, dataTable(widths, ['Fact', ...matrix.hypotheses.map((title) => `^${title}`)], [...rows, sums])];
}

function judgementBlocks({ overrulings, observations }: Report, texts: Texts): Block[] {
  const overruled = overrulings.map(({ text, comment, sources }): TableCell[] => [
    { text: texts.Inter(text), style: 'small', decoration: 'lineThrough', color: PAPER.muted },
    sans(texts, comment, 'small'),
    mono(texts, sources.join('\n'), 'monoSmall'),
  ]);
  const observed = observations.map(({ text, says, time, sources }): TableCell[] => [
    sans(texts, text, 'small'),
    sans(texts, says, 'small'),
    mono(texts, [time, ...sources].filter((words) => words !== '').join('\n'), 'monoSmall'),
  ]);
  return [
    ...(overruled.length === 0
      ? []
      : [dataTable(columnWidths(205, 170), ['Dismissed fact', 'Because', 'Source'], overruled)]),
    ...(observed.length === 0
      ? []
      : [dataTable(columnWidths(205, 150), ['Observation', 'Speaks', 'Time and source'], observed)]),
  ];
}

function annotationBlocks({ annotations }: Report, texts: Texts): Block[] {
  if (annotations.length === 0) return [];
  const rows = annotations.map(({ time, what, text, record, source }): TableCell[] => [
    mono(texts, time, 'monoSmall'),
    { stack: [{ text: texts.Inter(what), bold: true }, ...(text === '' ? [] : [texts.Inter(text)])], style: 'small' },
    mono(texts, [record, source].filter((words) => words !== '').join('\n'), 'monoSmall'),
  ]);
  return [dataTable(columnWidths(100, 170), ['Time', 'Annotation', 'Record and source'], rows)];
}

function factRow(side: 'for' | 'against', { text, weight, sources }: ReportFact, texts: Texts): TableCell[] {
  return [
    sans(texts, side, 'small'),
    monoRight(texts, `${weight > 0 ? '+' : ''}${weight.toFixed(1)}`),
    sans(texts, text, 'small'),
    mono(texts, sources.join('\n'), 'monoSmall'),
  ];
}

function recommendationBlocks({ recommendations }: Report, texts: Texts): Block[] {
  return byAction(recommendations).flatMap(({ title, start, items }) => {
    const blocks = items.flatMap((item, index) => recommendationBlock(item, start + index, texts));
    return [heading({ text: title, style: 'subheading' }, 25, blocks.slice(0, 1)), ...blocks];
  });
}

function recommendationBlock(item: ReportRecommendation, number: number, texts: Texts): Block[] {
  const { text, patch, apply, because } = item;
  const body = [
    ...because.map((reason) => paragraph(texts, `Because: ${reason}`, 'quiet', [12, 0, 0, 1])),
    ...(patch === null ? [] : [codeBox(texts, patch)]),
    ...(apply === undefined ? [] : [codeBox(texts, `$ ${apply}`)]),
    paragraph(texts, `Would have prevented it: ${preventedWords(item)}`, 'quiet', [12, 0, 0, 3]),
  ];
  const words = texts.Inter(`${number}. ${text}`);
  return [heading({ text: words, style: 'body', bold: true, margin: [0, 4, 0, 1] }, 32, body.slice(0, 2)), ...body];
}

function questionBlocks({ questions }: Report, texts: Texts): Block[] {
  const rows = questions.map(({ question, answer, known, sources }): TableCell[] => [
    sans(texts, question),
    sans(texts, answer, known ? 'body' : 'label'),
    mono(texts, sources.join('\n'), 'monoSmall'),
  ]);
  return rows.length === 0 ? [] : [dataTable(columnWidths(130, 209), ['Question', 'Answer', 'Source'], rows)];
}

function findingBlocks({ expectedFindings }: Report, texts: Texts): Block[] {
  const words = { yes: '✓ as expected', no: '✗ not so', unknown: '? unknown' } as const;
  const colours = { yes: PAPER.ok, no: PAPER.danger, unknown: PAPER.muted } as const;
  const rows = expectedFindings.map(({ expected, observed, holds }): TableCell[] => [
    sans(texts, expected),
    sans(texts, observed, holds === 'unknown' ? 'label' : 'body'),
    { text: words[holds], style: 'small', bold: true, color: colours[holds] },
  ]);
  return rows.length === 0 ? [] : [dataTable(columnWidths(160, 261), ['Expected', 'Observed', 'Holds'], rows)];
}

function artifactBlocks({ artifact }: Report, texts: Texts): Block[] {
  if (artifact === null) return [];
  const scene = layoutProfile(artifact.report, { width: CONTENT_WIDTH, height: 172 });
  const caption = `Measured while Inquest parsed the artifact as a stream. ${scene.description}`;
  const against = artifact.comparison.length === 0 ? [] : [fieldTable(texts, artifact.comparison)];
  return [
    fieldTable(texts, artifact.fields),
    ...against.flatMap((table) => [heading({ text: 'Against the log', style: 'subheading' }, 25, [table]), table]),
    figure(scene, texts, 'Cost of parsing the artifact', caption),
    ...mapBlocks(artifact, texts),
    ...histogramBlocks(artifact, texts),
  ];
}

type ReportArtifact = NonNullable<Report['artifact']>;

function mapBlocks({ map, report }: ReportArtifact, texts: Texts): Block[] {
  if (map === null) return [];
  const { scene } = layoutFileMap(map, report.bytes, CONTENT_WIDTH);
  return [figure(scene, texts, 'Map of the artifact', scene.description)];
}

/** The histograms side by side: each has room for its axis on half of the page. */
function histogramBlocks({ histograms }: ReportArtifact, texts: Texts): Block[] {
  if (histograms.length === 0) return [];
  const gap = 15;
  const width = (CONTENT_WIDTH - gap) / 2;
  const blocks = histograms.map(({ histogram, of, title, caption }) => {
    const view = { width, height: 115, label: CASE_MEASURES[of], what: 'test cases', of };
    return figure(layoutHistogram(histogram, view), texts, title, caption);
  });
  const columns = blocks.map(({ content }) => ({ stack: [content], width }));
  return [
    {
      content: { columns, columnGap: gap, unbreakable: true },
      startHeight: Math.max(...blocks.map(({ startHeight }) => startHeight)),
    },
  ];
}

function databaseBlocks({ database }: Report, texts: Texts): Block[] {
  if (database === null) return [];
  const rows = database.tables.map(({ name, rows: count, size }): TableCell[] => [
    mono(texts, name),
    { text: texts.Inter(count), style: 'small', alignment: 'right' },
    { text: texts.Inter(size), style: 'small', alignment: 'right' },
    { text: '' },
  ]);
  const fields = fieldTable(texts, database.fields);
  if (rows.length === 0) return [fields];
  const table = dataTable(columnWidths(190, 70, 70), ['Table', '>Rows', '>Size', ''], rows);
  return [fields, wholeTable(table, rows.length)];
}

function queryBlocks({ queries }: Report, texts: Texts): Block[] {
  return queries.flatMap(({ sql, fields, columns, rows }): Block[] => {
    const widths = columnWidths(...columns.slice(1).map(() => CONTENT_WIDTH / columns.length));
    const cells = rows.map((row): TableCell[] => row.map((cell) => mono(texts, cell, 'monoSmall')));
    const heads = columns.map((name) => texts.JetBrainsMono(name));
    return [
      codeBox(texts, sql),
      fieldTable(texts, fields),
      ...(cells.length === 0 ? [] : [dataTable(widths, heads, cells)]),
    ];
  });
}

function problemBlocks({ problems }: Report, texts: Texts): Block[] {
  const rows = problems.map(({ path, kind, message }): TableCell[] => [
    mono(texts, path, 'monoSmall'),
    sans(texts, kind, 'small'),
    sans(texts, message, 'small'),
  ]);
  return rows.length === 0 ? [] : [dataTable(columnWidths(170, 72), ['File', 'Kind', 'What is wrong'], rows)];
}

function evidenceTable({ evidence }: Report, texts: Texts): Block {
  const rows = evidence.map(({ path, format, bytes, records, sha256, timeSettings }): TableCell[] => [
    // A sum stands in one line of its own: torn in two it could neither be searched for nor copied.
    {
      stack: [
        { text: texts.JetBrainsMono(path) },
        { text: sha256, color: PAPER.muted },
        ...timeSettings.map((setting) => ({ text: texts.JetBrainsMono(setting) })),
      ],
      style: 'monoSmall',
    },
    sans(texts, format, 'small'),
    { text: bytes, style: 'small', alignment: 'right' },
    { text: records, style: 'small', alignment: 'right' },
  ]);
  return dataTable(columnWidths(282, 88, 64), ['File and SHA-256', 'Format', '>Bytes', '>Records'], rows);
}
