import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JUnitStatistics } from '../../../shared/profiling/junit-statistics.ts';
import { runs } from '../../support/properties.ts';
import { junitFixture, mutatedDocument, place } from './mutate.ts';
import { readJUnit, readJUnitCutAt, readThroughSax } from './read-junit.ts';

const surefire = junitFixture('surefire');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Byte up to which test cases were counted, from the words of the damage. */
function countedBytes(statistics: JUnitStatistics): number {
  const { damage, bytes } = statistics;
  if (damage === null || damage.message.endsWith('Reading went on to the end.')) return bytes;
  const later = /Reading went on up to line \d+ \(byte (\d+)\)/.exec(damage.message)?.[1];
  return later === undefined ? damage.byteOffset : Number(later);
}

describe('a document that is cut', () => {
  it('keeps every whole test case, wherever the cut is', () => {
    const end = text(surefire).lastIndexOf('</testsuite>') + '</testsuite>'.length;
    for (let bytes = 1; bytes <= surefire.length; bytes++) {
      const { testcases, damage } = readJUnit(surefire.subarray(0, bytes));
      const whole = text(surefire.subarray(0, bytes)).match(/<\/testcase>|<testcase[^<>]*\/>/g)?.length ?? 0;
      expect(testcases).toBe(whole);
      if (bytes >= end) expect(damage).toBeNull();
      else expect(damage).toMatchObject({ byteOffset: bytes, message: expect.stringContaining('ends before') });
    }
  });

  it('says which element was open, and where it begins', () => {
    const tenth = Math.floor(surefire.length / 10);
    const messages = Array.from(
      { length: 9 },
      (_, i) => readJUnit(surefire.subarray(0, (i + 1) * tenth)).damage?.message,
    );
    for (const message of messages)
      expect(message).toMatch(/^The document ends before (?:<\/testsuite>|its first element)/);
    expect(readJUnit('<testsuites>\n<testsuite>\n<testcase>\n<failure>half of a mess').damage).toEqual({
      message:
        'The document ends before </testsuites>: <failure> (line 4) is still open. The file is cut or was still being written. Counting stopped here.',
      line: 4,
      column: 24,
      byteOffset: 59,
    });
  });

  it('lists a suite that is still open with what it holds', () => {
    const document = '<testsuites><testsuite name="a"><testcase/><testcase/><testc';
    expect(readJUnit(document).largestSuites).toEqual([
      { name: 'a', testcases: 2, byteOffset: 12, byteLength: document.length - 12 },
    ]);
  });

  it('reports a cut after the root as well', () => {
    expect(readJUnit('<testsuite><testcase/></testsuite>\n<!-- done')).toMatchObject({
      testcases: 1,
      damage: { message: expect.stringContaining('the file ends inside markup') },
    });
  });
});

describe('a document that is not well-formed', () => {
  it.each([
    ['mis-nested', '<testsuite><testcase/><testcase><failure></testcase></failure></testsuite>', 1, 'does not match'],
    [
      'with a second root',
      '<testsuite><testcase/></testsuite><testsuite><testcase/></testsuite>',
      1,
      'second document',
    ],
    [
      'twice in one file',
      '<?xml version="1.0"?>\n<testsuite><testcase/></testsuite>\n'.repeat(2),
      1,
      'second document',
    ],
    ['after other output', 'Running tests...\n<testsuite><testcase/></testsuite>', 0, 'text before the first element'],
    ['before other output', '<testsuite><testcase/></testsuite>\nBUILD FAILED', 1, 'text after the end'],
    ['with an unquoted value', '<testsuite><testcase/><testcase name=x/></testsuite>', 1, 'unquoted attribute value'],
    ['with a lone <', '<testsuite><testcase/>1 <2</testsuite>', 1, 'a < that begins no markup'],
    ['with & before markup', '<testsuite><testcase/>AT&T<testcase/></testsuite>', 1, 'entity name'],
  ])('%s keeps what came before', (_, document, testcases, message) => {
    const statistics = readJUnit(document);
    expect(statistics.testcases).toBe(testcases);
    expect(statistics.damage?.message).toContain(message);
    expect(statistics.damage?.message).toContain('Counting stopped here.');
    expect(statistics.lines).toBe(document.split('\n').length - 1);
    expect(readJUnit(document, 1)).toEqual(statistics);
  });

  it('points at the damage', () => {
    const document = '<testsuite>\n  <testcase/>\n  é</testcase>\n</testsuite>';
    const byteOffset = Buffer.byteLength(document.slice(0, document.indexOf('</testcase>') + '</testcase'.length));
    expect(readJUnit(document).damage).toMatchObject({ line: 3, column: 14, byteOffset });
  });

  it.each([
    ['a forbidden character', '<testsuite>\n<testcase>\x1b[31m</testcase><testcase/></testsuite>', 'U+001B', 2, 11, 22],
    ['a NUL', '<testsuite><testcase name="\0"/><testcase/></testsuite>', 'U+0000', 1, 28, 27],
    ['a stray ampersand', '<testsuite>\n<testcase>a & b</testcase><testcase/></testsuite>', 'A & that', 2, 14, 25],
    ['a query string', '<testsuite><testcase name="?a=1&b=2"/><testcase/></testsuite>', 'A & that', 1, 34, 33],
    ['an HTML entity', '<testsuite><testcase>&nbsp;</testcase><testcase/></testsuite>', '&nbsp;', 1, 27, 26],
    ['a character that no XML has', '<testsuite><testcase>&#0;</testcase><testcase/></testsuite>', '&#0;', 1, 25, 24],
  ])('reads on after %s', (_, document, message, line, column, byteOffset) => {
    const statistics = readJUnit(document);
    expect(statistics).toMatchObject({ testcases: 2, damage: { line, column, byteOffset } });
    expect(statistics.damage?.message).toContain(message);
    expect(statistics.damage?.message).toContain('Reading went on to the end.');
    expect(readJUnit(document, 1)).toEqual(statistics);
  });

  it('tells the first damage and where counting stopped', () => {
    const { testcases, damage } = readJUnit('<testsuite><testcase>a & b</testcase>\n<testcase></testsuite>');
    expect(testcases).toBe(1);
    expect(damage?.byteOffset).toBe(24);
    expect(damage?.message).toMatch(/^A & that .* up to line 2 \(byte 59\): .* <testcase> \(line 2\) is open\.$/);
  });

  it('reads a file padded with NUL bytes up to its end', () => {
    const document = '<testsuite><testcase/></testsuite>';
    const { testcases, damage } = readJUnit(document + '\0'.repeat(5000));
    expect(testcases).toBe(1);
    expect(damage?.byteOffset).toBe(document.length);
  });
});

describe('a file that is not JUnit', () => {
  it('is empty', () => {
    expect(readJUnit('')).toMatchObject({
      bytes: 0,
      lines: 0,
      isJUnit: false,
      suites: 0,
      testcases: 0,
      passed: 0,
      failed: 0,
      errors: 0,
      skipped: 0,
      declaredTests: null,
      durationSeconds: 0,
      largestSuites: [],
      maxDepth: 0,
      longestTextBytes: 0,
      statistics: { root: null, map: null, longestText: null },
      damage: { message: 'The file is empty. Counting stopped here.', line: 1, column: 1, byteOffset: 0 },
    });
  });

  it.each([
    ['blank', '\n\n  \n'],
    ['text', 'Jan 28 04:10:22 host gunicorn[1]: started\n'],
    ['JSON', '{"testsuites": []}\n'],
    ['an archive', '\x1f\x8b\x08\0\0\0\0\0'],
  ])('is %s', (_, document) => {
    const statistics = readJUnit(document);
    expect(statistics).toMatchObject({ isJUnit: false, testcases: 0, bytes: Buffer.byteLength(document) });
    expect(statistics.damage).not.toBeNull();
  });

  it('is other XML: no counts, but size, lines and depth', () => {
    expect(readJUnit(junitFixture('not-junit'))).toMatchObject({
      isJUnit: false,
      testcases: 0,
      maxDepth: 3,
      damage: null,
    });
  });

  it('is JUnit all the same inside a wrapper of its own', () => {
    const document = '<results><testsuite name="a"><testcase/></testsuite></results>';
    expect(readJUnit(document)).toMatchObject({ isJUnit: true, suites: 1, testcases: 1 });
  });
});

describe('hostile documents', () => {
  it('expands no entity of a DTD', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i};`.repeat(10)}">`).join('\n');
    const document = `<?xml version="1.0"?>
<!DOCTYPE testsuite [<!ENTITY lol0 "lol">
${levels}]>
<testsuite name="&lol9;"><testcase><system-out>&lol9;</system-out></testcase></testsuite>`;
    const statistics = readJUnit(document);
    expect(statistics).toMatchObject({ testcases: 1, longestTextBytes: 6, largestSuites: [{ name: '&lol9;' }] });
    expect(statistics.damage?.message).toContain('&lol9;');
    expect(readJUnit(document, 1)).toEqual(statistics);
  });

  it('fetches no external entity', () => {
    const document = `<?xml version="1.0"?>
<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<testsuite name="&x;"><testcase/></testsuite>`;
    expect(readJUnit(document)).toMatchObject({ testcases: 1, largestSuites: [{ name: '&x;' }] });
  });

  it('reads past values, comments and declarations of any length', () => {
    const long = 'x'.repeat(300_000);
    const document = `<?xml version="1.0"?><?pi ${long}?><!DOCTYPE testsuite [<!-- ${long} --><!ENTITY a "${long}">]>
<testsuite name="s${long}" tests="${'1'.repeat(100_000)}"><!--${long}--><testcase time="${'0'.repeat(100_000)}5"
><failure message="${long}" type="${long}"/><system-out><![CDATA[${long}]]></system-out></testcase></testsuite>`;
    const statistics = readJUnit(document);
    expect(statistics).toMatchObject({
      testcases: 1,
      failed: 1,
      damage: null,
      declaredTests: null,
      durationSeconds: 0,
    });
    expect(statistics.largestSuites[0]?.name).toBe(`s${'x'.repeat(999)}…`);
    for (const chunkBytes of [1000, 4096, 65_537]) expect(readJUnit(document, chunkBytes)).toEqual(statistics);
  });

  it.each([
    ['depth', `<testsuite><testcase/>${'<a>'.repeat(100_000)}`, 'nested deeper than the limit'],
    ['names', `<testsuite><testcase/><${'a'.repeat(2000)}>`, 'name is longer than the limit'],
    ['very long names', `<testsuite><testcase/><${'a'.repeat(500_000)}`, 'longer than the limit'],
    ['very long attribute names', `<testsuite><testcase/><a ${'a'.repeat(500_000)}`, 'longer than the limit'],
    [
      'attributes',
      `<testsuite><testcase/><a ${Array.from({ length: 5000 }, (_, i) => `a${i}=""`).join(' ')}/>`,
      'more attributes than the limit',
    ],
  ])('limits %s', (_, document, message) => {
    const statistics = readJUnit(document);
    expect(statistics.testcases).toBe(1);
    expect(statistics.damage?.message).toContain(message);
  });

  it('takes attributes that are named like members of an object', () => {
    const document =
      '<testsuite hasOwnProperty="1" __proto__="2" constructor="3" tests="1"><testcase toString="" time="2"/></testsuite>';
    expect(readJUnit(document)).toMatchObject({ testcases: 1, declaredTests: 1, durationSeconds: 2, damage: null });
  });
});

describe('bytes changed at random', () => {
  it('never throws, counts no more than is there, and does not depend on the chunks', () => {
    fc.assert(
      fc.property(mutatedDocument, fc.array(place, { maxLength: 20 }), (document, places) => {
        const statistics = readJUnit(document);
        const { testcases, passed, failed, errors, skipped, damage } = statistics;
        expect(passed + failed + errors + skipped).toBe(testcases);
        expect(statistics.bytes).toBe(document.length);
        expect(damage === null || damage.byteOffset <= document.length).toBe(true);
        const counted = text(document.subarray(0, countedBytes(statistics) + 1));
        expect(testcases).toBeLessThanOrEqual(counted.match(/[<:\s]testcase[\s/>]/g)?.length ?? 0);
        const cuts = places.map((at) => Math.floor(at * document.length));
        expect(readJUnitCutAt(document, cuts)).toEqual(statistics);
      }),
      { numRuns: runs(150) },
    );
  });
});

/** What expat and libxml2, and so Python, refuse, each with the byte at which it shows. */
const REFUSED: readonly (readonly [what: string, document: string, said: RegExp, byteOffset: number])[] = [
  [
    'a line feed before the declaration',
    '\n<?xml version="1.0"?>\n<testsuite><testcase/></testsuite>',
    /in front of/,
    0,
  ],
  ['a space before the declaration', ' <?xml version="1.0"?><testsuite><testcase/></testsuite>', /in front of/, 0],
  ['a declaration within', '<testsuite><?xml version="1.0"?><testcase/></testsuite>', /more than one document/, 31],
  ['a < in a value', '<testsuite><testcase name="a<b"/></testsuite>', /A < stands in/, 28],
  ['a < in a value after a >', '<testsuite>\n<testcase name="->\n<b"/></testsuite>', /A < stands in/, 31],
  ['an attribute twice', '<testsuite><testcase name="a" name="b"/></testsuite>', /given twice/, 37],
  ['the end of CDATA in text', '<testsuite>x[1]\nü ]]]> y<testcase/></testsuite>', /Text holds \]\]>/, 20],
  ['the end of CDATA after a reference', '<testsuite>&#10; ]]><testcase/></testsuite>', /Text holds \]\]>/, 17],
  ['a prefix of nothing', '<testsuite><testcase><x:y/></testcase></testsuite>', /prefix x: is declared nowhere/, 26],
  [
    'an attribute with such a prefix',
    '<testsuite><testcase x:n="1"/></testsuite>',
    /prefix x: is declared nowhere/,
    29,
  ],
  ['a prefix of another element', '<testsuite><a xmlns:x="u"/><x:testcase/></testsuite>', /prefix x: is declared/, 39],
  ['CDATA in small letters', '<testsuite><testcase><![cdata[x]]></testcase></testsuite>', /small letters/, 29],
  ['a space in front of a name', '<testsuite>< testcase/></testsuite>', /A space follows/, 12],
  [
    'a declaration that is none',
    '<?xml version="1.0" standalone="maybe"?><testsuite><testcase/></testsuite>',
    /standalone/,
    39,
  ],
];

describe('what Python refuses', () => {
  it.each(REFUSED)('%s is damage with its place, and counting goes on', (_, document, said, byteOffset) => {
    const { testcases, damage } = readJUnit(document);
    expect(damage).toMatchObject({ message: expect.stringMatching(said), byteOffset });
    expect(testcases).toBe(1);
    const before = Buffer.from(document).subarray(0, byteOffset).toString();
    const lineStart = before.lastIndexOf('\n') + 1;
    expect(damage).toMatchObject({ line: before.split('\n').length, column: before.length - lineStart + 1 });
    const bytes = Buffer.from(document);
    expect(readThroughSax(bytes).damage).toEqual(damage);
    for (let cut = 1; cut < bytes.length; cut++) expect(readJUnitCutAt(bytes, [cut]).damage).toEqual(damage);
    // Far from the beginning the bytes are read as they are, and only what is in doubt through sax.
    const far = document.replace('<testsuite>', `<testsuite>${'<testcase/>'.repeat(200)}`);
    if (byteOffset > 0) expect(readJUnit(far).damage?.message).toMatch(said);
    expect(readThroughSax(Buffer.from(far)).damage).toEqual(readJUnit(far).damage);
  });

  it('everything that looks like it and is legal is no damage', () => {
    const legal = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE testsuite [<!ELEMENT testsuite ANY> <!ENTITY co "Example">]>
<testsuite xmlns:x="urn:x" x:a="1" a="2" xml:lang="en"><!-- ]]> <?xml ?> -->
<testcase name="a[b[0]]>c &lt;d"><x:y xmlns:z="urn:z"><z:w/></x:y>&co; ]] > ]]&gt; ]<b/>]></testcase>
<system-out><![CDATA[[INFO] x[y[0]] ]]]]><![CDATA[>]]></system-out>${'<testcase/>'.repeat(200)}</testsuite>`;
    expect(readJUnit(legal).damage).toBeNull();
    const bytes = Buffer.from(legal);
    expect(readThroughSax(bytes).damage).toBeNull();
    for (let cut = 1; cut < bytes.length; cut += 3) expect(readJUnitCutAt(bytes, [cut]).damage).toBeNull();
  });

  it('an entity that is declared as a file of its own is not known', () => {
    const document = '<!DOCTYPE a [<!ENTITY co SYSTEM "co.txt">]><testsuite><testcase/>&co;</testsuite>';
    expect(readJUnit(document).damage?.message).toMatch(/^&co; is no character/);
  });
});
