import type { Palette, Scene, SceneNode } from './scene.ts';

export interface SvgOptions {
  /** Short name of the picture, for screen readers. */
  readonly title: string;
  /** Font families as in CSS. */
  readonly fontFamily: string;
  /** Makes ids unique where several pictures share a page. */
  readonly idPrefix: string;
  /** Whether shapes carry their words for hover; off where nobody can hover. */
  readonly hover: boolean;
}

/** The text, safe inside XML and HTML text and quoted attributes; characters that XML 1.0 forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(FORBIDDEN_IN_XML, '\u{fffd}');
}

// https://www.w3.org/TR/xml/#charsets: controls other than tab, line feed and carriage return, lone surrogates, U+FFFE/F.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being looked for
const FORBIDDEN_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** A scene as one SVG element, with all colours resolved and all text escaped. */
export function sceneToSvg(scene: Scene, palette: Palette, options: SvgOptions): string {
  const clipIds = new Map<string, string>();
  const clipPaths: string[] = [];
  for (const { clip } of scene.nodes) {
    if (clip === undefined || clipIds.has(clipKey(clip))) continue;
    const id = `${options.idPrefix}-clip-${clipIds.size}`;
    clipIds.set(clipKey(clip), id);
    clipPaths.push(
      `<clipPath id="${escapeXml(id)}"><rect x="${num(clip.x)}" y="${num(clip.y)}" width="${num(clip.width)}" height="${num(clip.height)}"/></clipPath>`,
    );
  }
  const titleId = escapeXml(`${options.idPrefix}-title`);
  const descId = escapeXml(`${options.idPrefix}-desc`);
  const size = `width="${num(scene.width)}" height="${num(scene.height)}" viewBox="0 0 ${num(scene.width)} ${num(scene.height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="${titleId} ${descId}" font-family="${escapeXml(options.fontFamily)}">`,
    `<title id="${titleId}">${escapeXml(options.title)}</title>`,
    `<desc id="${descId}">${escapeXml(scene.description)}</desc>`,
    clipPaths.length === 0 ? '' : `<defs>${clipPaths.join('')}</defs>`,
    ...scene.nodes.map((node) => nodeToSvg(node, palette, options, clipIds)),
    '</svg>',
  ].join('');
}

function nodeToSvg(
  node: SceneNode,
  palette: Palette,
  options: SvgOptions,
  clipIds: ReadonlyMap<string, string>,
): string {
  const clipId = node.clip === undefined ? undefined : clipIds.get(clipKey(node.clip));
  const clip = clipId === undefined ? '' : ` clip-path="url(#${escapeXml(clipId)})"`;
  const title = options.hover && node.title !== undefined ? `<title>${escapeXml(node.title)}</title>` : '';
  const shape = (tag: string, attributes: string): string =>
    title === '' ? `<${tag} ${attributes}${clip}/>` : `<${tag} ${attributes}${clip}>${title}</${tag}>`;
  const fill = (name: keyof Palette | undefined): string => `fill="${name === undefined ? 'none' : palette[name]}"`;
  const stroke = (name: keyof Palette | undefined, width = 1, dash?: string): string =>
    name === undefined
      ? ''
      : ` stroke="${palette[name]}" stroke-width="${num(width)}"${dash === undefined ? '' : ` stroke-dasharray="${escapeXml(dash)}"`}`;
  switch (node.type) {
    case 'rect': {
      const radius = node.radius === undefined ? '' : ` rx="${num(node.radius)}"`;
      const box = `x="${num(node.x)}" y="${num(node.y)}" width="${num(node.width)}" height="${num(node.height)}"${radius}`;
      return shape('rect', `${box} ${fill(node.fill)}${stroke(node.stroke)}`);
    }
    case 'line': {
      const ends = `x1="${num(node.x1)}" y1="${num(node.y1)}" x2="${num(node.x2)}" y2="${num(node.y2)}"`;
      return shape('line', `${ends}${stroke(node.stroke, node.width, node.dash)}`);
    }
    case 'path':
      return shape('path', `d="${escapeXml(node.d)}" ${fill(node.fill)}${stroke(node.stroke, node.width, node.dash)}`);
    case 'circle':
      return shape(
        'circle',
        `cx="${num(node.cx)}" cy="${num(node.cy)}" r="${num(node.r)}" ${fill(node.fill)}${stroke(node.stroke)}`,
      );
    case 'text': {
      const weight = node.weight === 'bold' ? ' font-weight="bold"' : '';
      const place = `x="${num(node.x)}" y="${num(node.y)}" font-size="${num(node.size)}" text-anchor="${node.anchor ?? 'start'}"`;
      return `<text ${place}${weight} ${fill(node.fill)}${clip}>${escapeXml(node.text)}${title}</text>`;
    }
  }
}

function clipKey(clip: NonNullable<SceneNode['clip']>): string {
  return `${clip.x},${clip.y},${clip.width},${clip.height}`;
}

/** A number with at most two decimals: a hundredth of a pixel is finer than any eye and keeps the markup small. */
function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}
