import sax from 'sax';
import { describe, expect, it } from 'vitest';
import { PALETTES } from '../../../shared/figures/palettes.ts';
import type { Scene } from '../../../shared/figures/scene.ts';
import { escapeXml, type SvgOptions, sceneToSvg } from '../../../shared/figures/scene-svg.ts';

const OPTIONS: SvgOptions = { title: 'A <title>', fontFamily: 'Inter', idPrefix: 'f', hover: true };
const HOSTILE = '</text><script>alert(1)</script> & "quoted" \u0000 \ud800';
const SCENE: Scene = {
  width: 100,
  height: 50,
  description: `What it shows: ${HOSTILE}`,
  nodes: [
    { type: 'rect', x: 1.23456, y: 2, width: 10, height: 5, fill: 'accent-soft', stroke: 'accent', radius: 2, row: 7 },
    { type: 'line', x1: 0, y1: 0, x2: 10, y2: 10, stroke: 'danger', dash: '4 3', title: HOSTILE },
    { type: 'path', d: 'M0,0L5,5', stroke: 'series-1', clip: { x: 0, y: 0, width: 9, height: 9 } },
    { type: 'circle', cx: 4, cy: 4, r: 2, fill: 'ok', clip: { x: 0, y: 0, width: 9, height: 9 } },
    { type: 'text', x: 5, y: 9, text: HOSTILE, fill: 'ink', size: 10, weight: 'bold', anchor: 'end' },
  ],
};

/** Element names and text of a document; throws when it is not well-formed. */
function parse(xml: string): { readonly tags: readonly string[]; readonly text: string } {
  const parser = sax.parser(true);
  const tags: string[] = [];
  let text = '';
  parser.onopentag = ({ name }) => tags.push(name);
  parser.ontext = (part) => {
    text += part;
  };
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(xml).close();
  return { tags, text };
}

describe('a scene as SVG', () => {
  const svg = sceneToSvg(SCENE, PALETTES.paper, OPTIONS);

  it('is well-formed and has the words as text, whatever they are', () => {
    const { tags, text } = parse(svg);
    expect(tags).not.toContain('script');
    expect(text).toContain('</text><script>alert(1)</script> & "quoted" \ufffd \ufffd');
  });

  it('says what it is to those who cannot see it', () => {
    expect(svg).toContain('role="img"');
    expect(svg).toMatch(/aria-labelledby="f-title f-desc"/);
    expect(parse(svg).tags.filter((tag) => tag === 'desc')).toHaveLength(1);
  });

  it('resolves colours, rounds numbers, shares clips', () => {
    expect(svg).toContain(`fill="${PALETTES.paper['accent-soft']}"`);
    expect(svg).toContain('x="1.23"');
    expect(parse(svg).tags.filter((tag) => tag === 'clipPath')).toHaveLength(1);
  });

  it('leaves out words for hover where nobody hovers', () => {
    const { tags } = parse(sceneToSvg(SCENE, PALETTES.paper, { ...OPTIONS, hover: false }));
    expect(tags.filter((tag) => tag === 'title')).toHaveLength(1);
  });

  it('escapes for quoted attributes too', () => {
    expect(escapeXml(`a"b'c<d>e&f`)).toBe('a&#34;b&#39;c&#60;d&#62;e&#38;f');
  });
});
