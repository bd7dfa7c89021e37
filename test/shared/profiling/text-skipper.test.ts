import fc from 'fast-check';
import sax from 'sax';
import { describe, expect, it } from 'vitest';
import { TextSkipper } from '../../../shared/profiling/text-skipper.ts';
import { runs } from '../../support/properties.ts';
import { mutatedDocument, place } from './mutate.ts';

const stop = new Error('second root');

/** All that a parser reports up to its first error, each with the place where the parser then is. */
function eventsOf(pieces: readonly string[], skipping: boolean): { events: string[]; fed: number } {
  const parser = new sax.SAXParser(true, {});
  const events: string[] = [];
  let fed = 0;
  const note = (what: string): void => {
    events.push(`${what} ${parser.position} ${parser.startTagPosition} ${parser.line}:${parser.column}`);
  };
  const skipper = new TextSkipper({
    move(units, lineFeeds, unitsOfLine) {
      parser.position += units;
      parser.line += lineFeeds;
      parser.column = lineFeeds === 0 ? parser.column + units : unitsOfLine;
    },
    write(text: string) {
      fed += text.length;
      parser.write(text);
    },
  });
  let depth = 0;
  let roots = 0;
  parser.onopentag = (tag) => {
    // sax opens a second root without a word, and has its own idea of text in it; the caller must stop there.
    if (depth === 0 && ++roots > 1) throw stop;
    skipper.passTag(++depth);
    note(`<${tag.name} ${JSON.stringify(tag.attributes)}>`);
  };
  parser.onclosetag = (name) => {
    skipper.passTag(--depth);
    note(`</${name}>`);
  };
  parser.onopencdata = () => {
    skipper.enterCdata();
    note('<![CDATA[');
  };
  parser.onclosecdata = () => {
    skipper.leaveCdata();
    note(']]>');
  };
  parser.oncomment = (comment) => note(`comment ${comment}`);
  parser.onprocessinginstruction = ({ name, body }) => note(`<?${name} ${body}?>`);
  parser.onerror = (error) => {
    note(`error ${error.message}`);
    throw error;
  };
  try {
    for (const piece of pieces) {
      if (skipping) skipper.write(piece);
      else {
        fed += piece.length;
        parser.write(piece);
      }
    }
    note('end');
  } catch (thrown) {
    if (thrown !== parser.error && thrown !== stop) throw thrown;
  }
  return { events, fed };
}

describe('TextSkipper', () => {
  it('makes the parser report what it reports by itself, at the same places', () => {
    fc.assert(
      fc.property(mutatedDocument, fc.array(place, { maxLength: 20 }), (document, places) => {
        const text = Buffer.from(document).toString('latin1');
        const cuts = places.map((at) => Math.floor(at * text.length)).sort((a, b) => a - b);
        const pieces = [...cuts, text.length].map((to, i) => text.slice(cuts[i - 1] ?? 0, to));
        expect(eventsOf(pieces, true).events).toEqual(eventsOf([text], false).events);
      }),
      { numRuns: runs(300) },
    );
  });

  it('feeds no text', () => {
    const text = `<a>\n${'output &amp; more\n'.repeat(1000)}<![CDATA[${'<output>\n'.repeat(1000)}]]></a>`;
    const { events, fed } = eventsOf([text], true);
    expect(events).toEqual(eventsOf([text], false).events);
    expect(fed).toBe('<a><![CDATA[<output>]]></a>'.length);
  });
});
