import { createHash } from 'node:crypto';
import pdfmake from 'pdfmake';
import type { Content, Node, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { CaseJson } from '../../shared/contract/case-json.ts';
import type { EpochMicros } from '../../shared/model/time.ts';
import type { Report } from '../../shared/report/report.ts';
import { caseJsonText } from './case-json.ts';
import { fontBytes, fontPaths, showableTexts } from './fonts.ts';
import { PDF_STYLES, pdfContent } from './pdf-definition.ts';
import { PAGE_MARGINS, PAPER, type Texts } from './pdf-parts.ts';
import { rememberShapes } from './pdf-shapes.ts';

const ATTACHMENT_NAME = 'case.json';
/** Letters of the title that the footer has room for. */
const FOOTER_TITLE_CHARS = 70;

/**
 * The report as a PDF document with the case JSON attached as `case.json`. The same report and case give the same bytes:
 * nothing in it depends on the clock, the machine or chance. Needs no network and no browser. Throws when the fonts are
 * not installed.
 */
export async function writePdf(report: Report, caseJson: CaseJson): Promise<Uint8Array> {
  const paths = fontPaths();
  const texts = showableTexts(paths);
  const json = Buffer.from(caseJsonText(caseJson), 'utf8');
  const allowed = new Set(Object.values(paths).flatMap(({ normal, bold }) => [normal, bold]));
  rememberShapes(() => fontBytes(paths.Inter.normal));
  pdfmake.setFonts(paths);
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => allowed.has(path));
  const document = await pdfmake.createPdf(definition(report, texts, json)).getStream();
  const date = documentDate(report.documentTime);
  document.file(json, {
    name: ATTACHMENT_NAME,
    type: 'application/json',
    description: 'The case as JSON (inquest.case/2): all that this report rests on',
    creationDate: date,
    modifiedDate: date,
  });
  // pdfkit writes title and subject into XMP without escaping, which `<` in a file name would break; from version 1.4 on it
  // writes XMP, at the very end and by this number alone. The information dictionary has the same fields.
  document.version = 1.3;
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** A time that depends on the case alone; the epoch where it has none, because pdfkit would put the clock's. */
function documentDate(time: EpochMicros | null): Date {
  return new Date(time === null ? 0 : Math.floor(time / 1_000));
}

function definition(report: Report, texts: Texts, json: Buffer): TDocumentDefinitions {
  const title = texts.Inter(report.title);
  const shortTitle =
    [...title].length <= FOOTER_TITLE_CHARS ? title : `${[...title].slice(0, FOOTER_TITLE_CHARS).join('')}…`;
  const date = documentDate(report.documentTime);
  return {
    version: '1.7',
    pageSize: 'A4',
    pageMargins: PAGE_MARGINS,
    language: 'en',
    displayTitle: true,
    info: {
      title: `Incident report: ${report.title}`,
      author: 'Inquest',
      subject: report.headline,
      // pdfkit derives the file's identifier from these fields; the digest makes it follow the whole case.
      keywords: `post-mortem, case.json sha256:${createHash('sha256').update(json).digest('hex')}`,
      creator: 'Inquest',
      producer: 'Inquest (pdfmake)',
      creationDate: date,
      modDate: date,
    },
    content: pdfContent(report, texts),
    styles: PDF_STYLES,
    defaultStyle: { font: 'Inter', fontSize: 9, color: PAPER.ink, ...PLAIN_LETTERS },
    footer: (page, pages): Content => ({
      columns: [
        { text: shortTitle, style: 'footer', width: '*', noWrap: true },
        { text: `${page} / ${pages}`, style: ['footer', 'mono'], width: 60, alignment: 'right', noWrap: true },
      ],
      margin: [40, 18, 40, 0],
    }),
    pageBreakBefore: isTooLow,
  };
}

/** Whether a heading stands so low that what it is about would begin on the next page; see Block in pdf-parts.ts. */
function isTooLow({ headlineLevel, startPosition }: Node): boolean {
  if (headlineLevel === undefined) return false;
  const { top, pageInnerHeight } = startPosition;
  return top > PAGE_MARGINS[1] && top - PAGE_MARGINS[1] + headlineLevel > pageInnerHeight;
}

/** No ligatures that turn `!=` and `->` of a log line into other signs. */
const PLAIN_LETTERS: { fontFeatures: never } = {
  // pdfmake hands these to fontkit, which takes names of features with true or false; pdfmake's types know only a list.
  // https://github.com/foliojs/fontkit/blob/v2.0.4/src/layout/LayoutEngine.js
  fontFeatures: { calt: false } as never,
};
