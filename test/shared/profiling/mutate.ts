import { readFileSync } from 'node:fs';
import fc from 'fast-check';

export function junitFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/junit/${name}.xml`, import.meta.url)));
}

const originals = [
  ...['surefire', 'pytest', 'googletest', 'phpunit-nested', 'jenkins', 'namespaces', 'not-junit'].map(junitFixture),
  new TextEncoder().encode(
    '<a>]]&gt; <![CDATA[]]><![CDATA[]]]><![CDATA[x]]]]><b/>\n&amp;&#10;&quot;<c d=">]]>"/>\n\n<![CDATA[<b>\n]] >]]></a>\n<!-- > -->',
  ),
];
/** A place in a document, from 0 to below 1. */
export const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
const markup = fc
  .constantFrom(
    ...[
      '<',
      '>',
      '&',
      '"',
      '/>',
      ']',
      ']]',
      ']]>',
      '<![CDATA[',
      '<!--',
      '-->',
      '<?',
      '?>',
      '<!DOCTYPE x [',
      '&amp;',
      '&#0;',
    ],
    ...['</testcase>', '<testcase>', '<failure>', '</testsuite>', '\n', '\0', '\xff'],
  )
  .map((string) => Uint8Array.from(string, (character) => character.charCodeAt(0)));
const mutation = fc.record({ place, removed: fc.nat({ max: 40 }), inserted: fc.oneof(bytes, markup) });

/** Bytes of a fixture with a few pieces removed and others put in. */
export const mutatedDocument: fc.Arbitrary<Uint8Array> = fc
  .record({ original: fc.constantFrom(...originals), mutations: fc.array(mutation, { minLength: 1, maxLength: 5 }) })
  .map(({ original, mutations }) =>
    mutations.reduce<Uint8Array>((document, change) => {
      const at = Math.floor(change.place * document.length);
      return Uint8Array.from([
        ...document.subarray(0, at),
        ...change.inserted,
        ...document.subarray(at + change.removed),
      ]);
    }, original),
  );
