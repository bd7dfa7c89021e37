import type { Field } from '../../shared/model/report-query.ts';
import type { Report } from '../../shared/report/report.ts';
import { padded, textColumns, wrapped } from './wrap.ts';

export interface TextOptions {
  /** Columns of the terminal; taken as 80 at least and 160 at most. */
  readonly width: number;
  readonly colour: boolean;
}

export type Tone = 'title' | 'heading' | 'good' | 'bad' | 'warn' | 'quiet';
/** SGR parameters, ECMA-48 8.3.117. */
const SGR: Readonly<Record<Tone, string>> = {
  title: '1',
  heading: '1;4',
  good: '32',
  bad: '1;31',
  warn: '33',
  quiet: '2',
};

/** Columns that are written: 80 to 160. */
export function textWidth({ width }: TextOptions): number {
  return Math.min(160, Math.max(80, Math.floor(width)));
}

/** Gives text a tone where colour is asked for; without, the text as it is. */
export type Painter = (tone: Tone, text: string) => string;

export function painter({ colour }: TextOptions): Painter {
  return (tone, text) => (colour ? `\u001b[${SGR[tone]}m${text}\u001b[0m` : text);
}

/** Labels in a column, their values beside them. */
export function fieldLines(fields: readonly Field[], width: number): readonly string[] {
  const labels = Math.max(...fields.map(({ label }) => textColumns(label)));
  return fields.flatMap(({ label, value }) => indented(`  ${padded(label, labels)}  `, value, width));
}

/** `prefix` and the text beside it, continued below its own beginning (or four columns in, after a long prefix). */
export function indented(prefix: string, text: string, width: number): readonly string[] {
  const indent = textColumns(prefix) > width / 2 ? 4 : textColumns(prefix);
  if (indent < textColumns(prefix)) {
    const [first = '', ...rest] = wrapped(`${prefix.trimEnd()} ${text}`, width);
    return [first, ...wrapped(rest.join(' '), width - indent).map((line) => ' '.repeat(indent) + line)].filter(
      (line) => line.trim() !== '',
    );
  }
  return wrapped(text, width - indent).map((line, index) => (index === 0 ? prefix : ' '.repeat(indent)) + line);
}

/** A line of code: its own indent is kept, and it is broken only at the end of the line. */
export function indentedBy(columns: number, line: string, width: number): readonly string[] {
  const own = /^ */.exec(line)?.[0].length ?? 0;
  return wrapped(line.slice(own), width - columns - own).map((piece) => ' '.repeat(columns + own) + piece);
}

/** What the analyst dismissed and noted, each with why; nothing where that is nothing. A verdict that rests on it says so. */
export function analystLines(
  { overrulings, observations }: Pick<Report, 'overrulings' | 'observations'>,
  width: number,
): readonly string[] {
  return [
    ...overrulings.flatMap(({ text, comment }) => indented('  dismissed  ', `${text} Because: ${comment}`, width)),
    ...observations.flatMap(({ text, says }) => indented('  observed   ', `${text} (${says})`, width)),
  ];
}
