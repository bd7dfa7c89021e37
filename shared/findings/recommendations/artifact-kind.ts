import type { FactContext } from '../../context/context.ts';

/** What is known of the artifact's format: ways of reading it, and what a whole document of it takes, are XML's own. */
export function isXml({ artifact, figures, record }: FactContext): boolean {
  if (artifact !== null) return true;
  const named = [
    figures?.listed?.path ?? '',
    ...(record?.operation?.lines.slice(0, MOST_LINES) ?? []).map(({ text }) => text),
  ];
  return named.some((text) => XML_NAME.test(text));
}

const XML_NAME = /\.xml\b|\bxml\b|\bjunit\b/i;
const MOST_LINES = 200;
