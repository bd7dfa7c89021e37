import sax from 'sax';
import { describe, expect, it } from 'vitest';
import { writeHtml } from '../../../electron/export/html.ts';
import { LONG_WORD } from '../../support/hostile-case.ts';
import { emptyReport, hostileReport, referenceReport, type WrittenCase } from '../../support/reports.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Elements and visible text of a page. Our pages are well-formed but for void elements and the doctype, so sax reads them. */
function read({ report, caseJson }: WrittenCase): { html: string; elements: readonly Element[]; text: string } {
  const html = writeHtml(report, caseJson);
  const xml = html
    .replace('<!doctype html>', '')
    .replace(/<(meta|br)([^>]*)>/g, '<$1$2/>')
    .replaceAll('&nbsp;', ' ');
  const parser = sax.parser(true);
  const elements: Element[] = [];
  let text = '';
  let inStyle = false;
  parser.onopentag = ({ name, attributes }) => {
    inStyle = name === 'style';
    elements.push({ name, attributes: Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, String(v)])) });
  };
  parser.onclosetag = () => {
    inStyle = false;
    text += ' ';
  };
  parser.ontext = (part) => {
    if (!inStyle) text += part;
  };
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(xml).close();
  return { html, elements, text };
}

describe.each([
  ['the reference case', referenceReport],
  ['a hostile case', hostileReport],
  ['an empty case', emptyReport],
])('the HTML report of %s', (_, make) => {
  const { html, elements } = read(make());

  it('loads nothing and runs nothing', () => {
    const policy = elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes.content).toContain("default-src 'none'");
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ['script', 'img', 'iframe', 'link', 'object', 'b:x']) expect(names).not.toContain(name);
    for (const { name, attributes } of elements) {
      for (const [attribute, value] of Object.entries(attributes)) {
        expect(attribute, name).not.toMatch(/^on/i);
        if (attribute === 'src' || attribute === 'href') expect(value).toMatch(/^data:application\/json;base64,/);
      }
    }
    expect(html).not.toMatch(/url\((?!#)/);
  });
});

describe('the HTML report', () => {
  it('shows markup in evidence as text', () => {
    const { text } = read(hostileReport());
    expect(text).toContain('<script>alert("x")</script><img src=x onerror=alert(1)> & co');
    expect(text).toContain('<b>title</b> & <script>');
    expect(text).toContain('\\u{202e}evil');
    expect(text).toContain(LONG_WORD);
  });

  it('has every section, the figures and the case inside', () => {
    const { text, elements } = read(referenceReport());
    for (const heading of [
      'The incident',
      'Timeline',
      'Verdict',
      'What to do',
      'Questions',
      'Expected findings',
      'Artifact',
      'Database',
      'Configuration',
      'Problems with the evidence',
      'Evidence',
    ]) {
      expect(text).toContain(heading);
    }
    for (const title of ['Timeline of the incident', 'Cost of parsing the artifact', 'Map of the artifact']) {
      expect(text).toContain(title);
    }
    expect(text).toContain('duration, each bar 4 to a decade');
    expect(elements.filter(({ name }) => name === 'svg')).toHaveLength(5);
    const link = elements.find(({ attributes }) => attributes.download === 'case.json');
    const inside: unknown = JSON.parse(
      Buffer.from(link?.attributes.href?.split(',')[1] ?? '', 'base64').toString('utf8'),
    );
    expect(inside).toEqual(referenceReport().caseJson);
  });

  it('has unique ids', () => {
    const ids = read(referenceReport()).elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('follows the reader to light and dark', () => {
    expect(read(referenceReport()).html).toContain('prefers-color-scheme:dark');
  });
});
