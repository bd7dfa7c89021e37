import type { CaseJson } from '../../shared/contract/case-json.ts';
import { layoutDays } from '../../shared/figures/days-figure.ts';
import { layoutFileMap } from '../../shared/figures/file-map-figure.ts';
import { CASE_MEASURES, layoutHistogram } from '../../shared/figures/histogram-figure.ts';
import { layoutProfile } from '../../shared/figures/profile-figure.ts';
import { PALETTE_NAMES, type Palette, type Scene } from '../../shared/figures/scene.ts';
import { escapeXml, sceneToSvg } from '../../shared/figures/scene-svg.ts';
import { utcTickLabel } from '../../shared/figures/time-scale.ts';
import { layoutTimeline } from '../../shared/figures/timeline-figure.ts';
import type { Field } from '../../shared/model/report-query.ts';
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
import { visibleText } from '../../shared/wording/visible.ts';
import { caseJsonText } from './case-json.ts';
import { HTML_STYLE } from './html-style.ts';

/** Width of the figures in CSS pixels: that of the text column. */
const FIGURE_WIDTH = 1_100;

/**
 * The report as one HTML file that needs nothing else: no script, no address to load from, and a policy that forbids both.
 * What the evidence says is text everywhere. The case JSON lies inside as a file to save.
 */
export function writeHtml(report: Report, caseJson: CaseJson): string {
  const body = [
    titleBlock(report),
    incidentSection(report),
    timelineSection(report),
    verdictSection(report),
    matrixSection(report),
    judgementSection(report),
    annotationSection(report),
    recommendationSection(report),
    questionSection(report),
    artifactSection(report),
    databaseSection(report),
    querySection(report),
    problemSection(report),
    evidenceSection(report, caseJson),
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Inquest">
<title>${text(`Incident report: ${report.title}`)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Evidence as text: nothing in it is markup, nothing in it is invisible. */
function text(words: string): string {
  return escapeXml(visibleText(words));
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<section><h2>${text(title)}</h2>${content}</section>`;
}

function fieldList(fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  return `<dl>${fields.map(({ label, value }) => `<dt>${text(label)}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;
}

interface Column {
  readonly head: string;
  readonly class?: string;
}

/** A table from cells that are markup already. */
function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const attribute = (index: number): string => {
    const name = columns[index]?.class;
    return name === undefined ? '' : ` class="${name}"`;
  };
  const head = columns.map((column, index) => `<th scope="col"${attribute(index)}>${text(column.head)}</th>`).join('');
  const body = rows
    .map((cells) => `<tr>${cells.map((cell, index) => `<td${attribute(index)}>${cell}</td>`).join('')}</tr>`)
    .join('\n');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

const MARKS = { fits: '●', contributes: '◆', inconclusive: '?', 'ruled-out': '✗' } as const;

function titleBlock(report: Report): string {
  const verdicts = report.hypotheses.map(
    ({ title, verdict, verdictWords }) =>
      `<li class="${verdict}"><span class="name">${text(title)}</span><b>${MARKS[verdict]} ${text(verdictWords)}</b></li>`,
  );
  return `<header><div class="kicker">Incident report</div><h1>${text(report.title)}</h1><p class="headline">${text(report.headline)}</p>${caveatList(report)}<ul class="verdicts">${verdicts.join('')}</ul></header>`;
}

/** Every action in a line, by its number below. */
function actionTable({ recommendations }: Report): string {
  const rows = byAction(recommendations).flatMap(({ title, start, items }) =>
    items.map((item, index) => [
      String(start + index),
      text(firstSentence(item.text)),
      text(title),
      item.wouldHavePrevented === null ? 'unknown' : item.wouldHavePrevented ? 'yes' : 'no',
    ]),
  );
  return table(
    [{ head: '', class: 'num' }, { head: 'Action' }, { head: 'Type' }, { head: 'Would have prevented it' }],
    rows,
  );
}

function caveatList({ caveats }: Report): string {
  return caveats.map((words) => `<p class="caveat" role="note">⚠ ${text(words)}</p>`).join('');
}

function incidentSection(report: Report): string {
  const { byDay, incident } = report;
  const scene = layoutDays(byDay, FIGURE_WIDTH);
  const days = byDay.length === 0 ? '' : figure(scene, 'Incidents by day', 'days', scene.description);
  // The table of actions begins with what the field says.
  const fields = report.summary.filter(({ id }) => id !== 'action' || report.recommendations.length === 0);
  return section('The incident', fieldList(fields) + actionTable(report) + fieldList(incident) + days);
}

/** Colours as CSS variables, so that one drawing serves light, dark and paper. */
const CSS_PALETTE = Object.fromEntries(PALETTE_NAMES.map((name) => [name, `var(--${name})`])) as Palette;

function figure(scene: Scene, title: string, idPrefix: string, caption: string): string {
  const nodes = scene.nodes.map((node) => (node.type === 'text' ? { ...node, text: visibleText(node.text) } : node));
  const svg = sceneToSvg({ ...scene, nodes }, CSS_PALETTE, {
    title,
    fontFamily: 'Inter, system-ui, sans-serif',
    idPrefix,
    hover: true,
  });
  return `<figure class="scroll">${svg}<figcaption>${text(caption)}</figcaption></figure>`;
}

function timelineSection(report: Report): string {
  const { timeline, keyEvents, phases } = report;
  const parts: string[] = [];
  if (timeline !== null) {
    const { input, from, to, caption } = timeline;
    const scene = layoutTimeline(input, { width: FIGURE_WIDTH, from, to, timeLabel: utcTickLabel });
    parts.push(figure(scene, 'Timeline of the incident', 'timeline', caption));
  }
  parts.push(
    table(
      [
        { head: 'Phase' },
        { head: 'From (UTC)', class: 'mono time' },
        { head: 'To (UTC)', class: 'mono time' },
        { head: 'Duration' },
      ],
      phases.map(({ label, depth, from, to, duration, note }) => [
        `${depth === 0 ? '' : '&nbsp;&nbsp;&nbsp;'}${text(label)}`,
        utcTickLabel(from, 1),
        utcTickLabel(to, 1),
        text(`${duration}${note === '' ? '' : `, ${note}`}`),
      ]),
    ),
  );
  if (keyEvents.length > 0) {
    const columns = [
      { head: 'Time (UTC)', class: 'mono time' },
      { head: 'Since previous', class: 'num' },
      { head: 'Source', class: 'mono' },
      { head: 'Pid', class: 'num' },
      { head: 'Message', class: 'mono message' },
    ];
    parts.push(`<h3>Key events</h3>${table(columns, keyEvents.map(eventRow))}`);
  }
  return section('Timeline', parts.join(''));
}

function eventRow(event: ReportEvent): readonly string[] {
  const moment = event.moment === null ? '' : `<span class="moment">${text(event.moment)}</span>`;
  return [
    `<time datetime="${event.date}T${event.clock}Z">${event.date} ${event.clock}</time>`,
    text(event.delta),
    text(event.source),
    event.pid === null ? '' : String(event.pid),
    moment + text(event.message),
  ];
}

function hypothesisBlock(hypothesis: ReportHypothesis): string {
  const { title, verdict, verdictWords, score, reason, missing } = hypothesis;
  const row = (side: string) => (fact: ReportFact) => [
    side,
    `${fact.weight > 0 ? '+' : ''}${fact.weight.toFixed(1)}`,
    text(fact.text),
    fact.sources.map(text).join('<br>'),
  ];
  const facts = table(
    [{ head: 'Speaks' }, { head: 'Weight', class: 'num' }, { head: 'Fact' }, { head: 'Source', class: 'mono' }],
    [...hypothesis.for.map(row('for')), ...hypothesis.against.map(row('against'))],
  );
  const lacking = missing.map(
    ({ what, command }) => `<p class="small">Missing: ${text(what)}</p><pre>${text(command)}</pre>`,
  );
  const hinges = hypothesis.counterfactual.map((words) => `<p class="quiet small">${text(words)}</p>`);
  return `<h3><span class="${verdict}">${MARKS[verdict]}</span> ${text(title)} <span class="${verdict}">${text(verdictWords)}</span> <span class="quiet small">score ${text(formatScore(score))}</span></h3><p>${text(reason)}</p>${hinges.join('')}${facts}${lacking.join('')}`;
}

function verdictSection({ hypotheses, verdictKey }: Report): string {
  if (hypotheses.length === 0) return '';
  const key = verdictKey.map((words) => `<p class="quiet small">${text(words)}</p>`).join('');
  return section('Verdict', key + hypotheses.map(hypothesisBlock).join(''));
}

function matrixSection({ matrix }: Report): string {
  if (matrix === null) return '';
  const rows = matrix.rows.map(({ text: words, note, isOverruled, cells }) => [
    (isOverruled ? `<s>${text(words)}</s>` : text(words)) +
      (note === null ? '' : `<br><b class="small">${text(note)}</b>`),
    ...cells.map(
      (cell) =>
        `<span class="${cell.reading}${isOverruled ? ' overruled' : ''}" title="${text(cell.words)}">${text(cell.signs)}</span>`,
    ),
  ]);
  const sums = ['<span class="quiet">Speaks against it, in sum</span>', ...matrix.against.map(text)];
  return section(
    'Evidence matrix',
    `<p class="quiet small">${text(matrix.key)}</p>` +
      table([{ head: 'Fact' }, ...matrix.hypotheses.map((head) => ({ head, class: 'sign' }))], [...rows, sums]),
  );
}

function judgementSection({ overrulings, observations }: Report): string {
  const overruled = table(
    [{ head: 'Dismissed fact' }, { head: 'Because' }, { head: 'Source', class: 'mono' }],
    overrulings.map(({ text: words, comment, sources }) => [
      `<s>${text(words)}</s>`,
      text(comment),
      sources.map(text).join('<br>'),
    ]),
  );
  const observed = table(
    [{ head: 'Observation' }, { head: 'Speaks' }, { head: 'Time', class: 'mono' }, { head: 'Source', class: 'mono' }],
    observations.map(({ text: words, says, time, sources }) => [
      text(words),
      text(says),
      text(time),
      sources.map(text).join('<br>'),
    ]),
  );
  return section('Analyst changes', overruled + observed);
}

function annotationSection({ annotations }: Report): string {
  const columns = [
    { head: 'Time', class: 'mono' },
    { head: 'Kind' },
    { head: 'Annotation' },
    { head: 'Record', class: 'mono' },
    { head: 'Source', class: 'mono' },
  ];
  const rows = annotations.map(({ time, what, text: words, record, source }) => [time, what, words, record, source]);
  return section(
    'Annotations',
    table(
      columns,
      rows.map((cells) => cells.map(text)),
    ),
  );
}

function recommendationSection({ recommendations }: Report): string {
  if (recommendations.length === 0) return '';
  const groups = byAction(recommendations).map(
    ({ title, start, items }) =>
      `<h3>${text(title)}</h3><ol class="changes" start="${start}">${items.map(recommendationItem).join('')}</ol>`,
  );
  return section('What to do', groups.join(''));
}

function recommendationItem(item: ReportRecommendation): string {
  const { text: words, patch, apply, because } = item;
  const reasons = because.map((reason) => `<p class="quiet small">Because: ${text(reason)}</p>`).join('');
  return `<li><p><b>${text(words)}</b></p>${reasons}${patch === null ? '' : `<pre>${text(patch)}</pre>`}${apply === undefined ? '' : `<pre>$ ${text(apply)}</pre>`}<p class="quiet small">Would have prevented it: ${text(preventedWords(item))}</p></li>`;
}

function questionSection({ questions, expectedFindings }: Report): string {
  const answers = table(
    [{ head: 'Question' }, { head: 'Answer' }, { head: 'Source', class: 'mono' }],
    questions.map(({ question, answer, known, sources }) => [
      text(question),
      known ? text(answer) : `<span class="unknown">${text(answer)}</span>`,
      sources.map(text).join('<br>'),
    ]),
  );
  const words = { yes: '✓ as expected', no: '✗ not so', unknown: '? unknown' } as const;
  const findings = table(
    [{ head: 'Expected' }, { head: 'Observed' }, { head: 'Holds' }],
    expectedFindings.map(({ expected, observed, holds }) => [
      text(expected),
      text(observed),
      `<b class="${holds}">${words[holds]}</b>`,
    ]),
  );
  return section('Questions', answers) + section('Expected findings', findings);
}

function artifactSection({ artifact }: Report): string {
  if (artifact === null) return '';
  const scene = layoutProfile(artifact.report, { width: FIGURE_WIDTH, height: 300 });
  const caption = `Measured while Inquest parsed the artifact as a stream. ${scene.description}`;
  const { map, histograms } = artifact;
  const mapScene = map === null ? null : layoutFileMap(map, artifact.report.bytes, FIGURE_WIDTH).scene;
  const view = { width: FIGURE_WIDTH / 2 - 20, height: 190, what: 'test cases' };
  const distributions = histograms.map(({ histogram, of, title, caption: words }) =>
    figure(layoutHistogram(histogram, { ...view, of, label: CASE_MEASURES[of] }), title, of, words),
  );
  return section(
    'Artifact',
    fieldList(artifact.fields) +
      (artifact.comparison.length === 0 ? '' : `<h3>Against the log</h3>${fieldList(artifact.comparison)}`) +
      figure(scene, 'Cost of parsing the artifact', 'profile', caption) +
      (mapScene === null ? '' : figure(mapScene, 'Map of the artifact', 'map', mapScene.description)) +
      (distributions.length === 0 ? '' : `<div class="pair">${distributions.join('')}</div>`),
  );
}

function databaseSection({ database, config }: Report): string {
  const tables =
    database === null
      ? ''
      : fieldList(database.fields) +
        table(
          [
            { head: 'Table', class: 'mono' },
            { head: 'Rows', class: 'num' },
            { head: 'Size', class: 'num' },
          ],
          database.tables.map(({ name, rows, size }) => [text(name), text(rows), text(size)]),
        );
  return section('Database', tables) + section('Configuration', fieldList(config));
}

function querySection({ queries }: Report): string {
  const blocks = queries.map(({ sql, fields, columns, rows }) => {
    const cells = rows.map((row) => row.map(text));
    return `<pre>${text(sql)}</pre>${fieldList(fields)}${table(
      columns.map((head) => ({ head, class: 'mono' })),
      cells,
    )}`;
  });
  return section('Queries', blocks.join(''));
}

function problemSection({ problems }: Report): string {
  const rows = problems.map(({ path, kind, message }) => [text(path), text(kind), text(message)]);
  return section(
    'Problems with the evidence',
    table([{ head: 'File', class: 'mono' }, { head: 'Kind' }, { head: 'What is wrong' }], rows),
  );
}

function evidenceSection({ evidence, notes }: Report, caseJson: CaseJson): string {
  const files = table(
    [
      { head: 'File', class: 'mono' },
      { head: 'Format' },
      { head: 'Bytes', class: 'num' },
      { head: 'Records', class: 'num' },
      { head: 'SHA-256', class: 'mono' },
    ],
    evidence.map(({ path, format, bytes, records, sha256, timeSettings }) => [
      [path, ...timeSettings].map(text).join('<br>'),
      ...[format, bytes, records, sha256].map(text),
    ]),
  );
  const encoded = Buffer.from(caseJsonText(caseJson), 'utf8').toString('base64');
  const download = `<p><a download="case.json" href="data:application/json;base64,${encoded}">case.json</a>: the case as JSON, inside this file.</p>`;
  const reading = notes.map((note) => `<p class="small">${text(note)}</p>`).join('');
  return section('Evidence', files + download) + section('How to read this', reading);
}
