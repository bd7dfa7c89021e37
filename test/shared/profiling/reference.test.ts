import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../support/properties.ts';
import { junitFixture, mutatedDocument, place } from './mutate.ts';
import { readJUnit, readJUnitCutAt, readThroughSax } from './read-junit.ts';

const fixtures = readdirSync(new URL('../../fixtures/junit/', import.meta.url))
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.slice(0, -'.xml'.length));

/** Documents that change from one way of reading to the other and back where it is delicate. */
const DELICATE: readonly (readonly [what: string, document: string])[] = [
  ['a comment between cases', '<testsuite><testcase/>a<!-- > & </x> -->b<testcase/>\n&amp; <a/></testsuite>'],
  ['an instruction between cases', '<testsuite>12<?php echo "<testcase/>"; ?>3<testcase name="&lt;"/>4</testsuite>'],
  ['a stray ampersand', '<testsuite>\n<testcase>é a & b\n💶 é</testcase>\n<testcase x="1&2"/>\n</testsuite>'],
  [
    'unknown entities',
    '<testsuite><testcase name="&nbsp;">&nbsp;&#0;&#1;&#x110000;&#xD800;&AMP;&#065;</testcase></testsuite>',
  ],
  ['a control character', '<testsuite>\n<testcase>é\x1b[31m red</testcase><testcase name="\x07"/>\n\x00</testsuite>'],
  ['noncharacters', '<testsuite>\n<testcase>é\uffff</testcase><testcase name="\ufffe"/></testsuite>'],
  ['CDATA', '<testsuite><testcase><![CDATA[]]]]><![CDATA[>]]>é]]&<![CDATA[\n&<]]]></testcase><a>]]></a></testsuite>'],
  ['CDATA that is cut', '<testsuite><testcase/><testcase><![CDATA[é\n]]'],
  ['names beyond ASCII', '<testsuite><ä ö="ü">é</ä><testcase/>\n<x y = "1"/></x ></testsuite>'],
  [
    'an attribute twice',
    '<testsuite><testcase name="a" name="b"/><testcase time="1" time="2" __proto__="3"/></testsuite>',
  ],
  ['space in tags', '<testsuite\n>\n<testcase\n\tname="a\nb"\r\ntime=\'1\'\n/>\n</testsuite\n>\n'],
  ['a second root', '<testsuite><testcase/></testsuite>\n\n<testsuite><testcase/></testsuite>'],
  ['text after the root', '<testsuite><testcase/></testsuite>\né&amp;<!-- x -->'],
  ['markup in values', '<testsuite><testcase name="<a>" classname=\'"\'/><testcase name=">"/>\n</testsuit'],
  ['a stray bracket', '<testsuite><testcase>a < b</testcase></testsuite>'],
  ['an unquoted value', '<testsuite>\n<testcase/>é<testcase name=x/></testsuite>'],
  [
    'a type declaration',
    '<!DOCTYPE x [<!ENTITY a "<b>&amp;">]><testsuite><testcase>&a;</testcase>\n<testcase/></testsuite>',
  ],
  [
    'properties',
    '<testsuite><properties>\n<property name="a">b</property></properties><system-out>c<a>d</a></system-out></testsuite>',
  ],
  ['properties that are cut', '<testsuite><testcase/><properties>\n<property name="a" value="b'],
];

describe('reading bytes as they are', () => {
  it.each(fixtures)('gives for %s what sax gives', (name) => {
    const document = junitFixture(name);
    const reference = readThroughSax(document);
    for (const chunkBytes of [1, 7, 100, Infinity]) expect(readJUnit(document, chunkBytes)).toEqual(reference);
  });

  it.each(DELICATE)('gives what sax gives for %s', (_, text) => {
    // Long enough for either way of reading to come to what is delicate.
    for (const padding of ['', `\n${'<testcase name="padding"/>é\n'.repeat(30)}`]) {
      const document = new TextEncoder().encode(text.replace(/(?<=<testsuite\s*>)/, padding));
      const reference = readThroughSax(document);
      for (const chunkBytes of [1, 3, 64, Infinity]) expect(readJUnit(document, chunkBytes)).toEqual(reference);
    }
  });

  it('gives what sax gives for bytes changed at random, whatever the chunks', () => {
    fc.assert(
      fc.property(mutatedDocument, fc.array(place, { maxLength: 20 }), (document, places) => {
        const cuts = places.map((at) => Math.floor(at * document.length));
        expect(readJUnitCutAt(document, cuts)).toEqual(readThroughSax(document));
      }),
      { numRuns: runs(100) },
    );
  });

  it('holds no tag of any length', () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    const document = new TextEncoder().encode(
      `<testsuite>${'<testcase/>'.repeat(100)}<testcase name="a${long}"/><testcase/></testsuite>`,
    );
    const reference = readThroughSax(document);
    expect(reference).toMatchObject({ testcases: 102, damage: null });
    for (const chunkBytes of [64 * 1024, Infinity]) expect(readJUnit(document, chunkBytes)).toEqual(reference);
  });
});
