import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseFiles, verdictsOf } from '../scenarios/scenario.ts';
import { runs } from '../support/properties.ts';

const FIXTURES = new URL('../fixtures/gunicorn/', import.meta.url);
const BUNDLES = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** What an application may call the same thing; each in the grammar of the line that it replaces. */
const NOUNS = ['import', 'ingest', 'sync', 'processing'] as const;
const STARTS: Readonly<Record<(typeof NOUNS)[number], string>> = {
  import: 'Importing',
  ingest: 'Ingesting',
  sync: 'Syncing',
  processing: 'Processing',
};

interface Names {
  readonly noun: (typeof NOUNS)[number];
  readonly subject: string;
  readonly host: string;
  readonly identifier: string;
  readonly module: string;
  /** Added to every pid. */
  readonly pidShift: number;
}

const word = fc.constantFrom('switch', 'storage', 'fabric', 'backup', 'optics', 'nightly', 'smoke');
const names: fc.Arbitrary<Names> = fc.record({
  noun: fc.constantFrom(...NOUNS),
  subject: word,
  host: fc.constantFrom('build-7', 'ci-node-12', 'web01', 'vm-b'),
  identifier: fc.constantFrom('reports-web', 'uploader', 'api_2', 'py'),
  module: fc.constantFrom('ingestd.pipeline.tasks', 'web.jobs', 'core', 'a.b.c'),
  pidShift: fc.integer({ min: 0, max: 40_000 }),
});

/** Tells a bundle's texts with other names. Which lines there are, when, and by whom stays the same. */
function renamed(text: string, original: string, to: Names): string {
  const pids = new Set(
    [...original.matchAll(/\[(\d+)\]|pid: ?(\d+)|with pid (\d+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? ''),
  );
  const shifted = text.replace(/(?<![\d.,-]|\d:)\d{3,7}(?![\d.:,-])/g, (digits) =>
    pids.has(digits) ? String(Number(digits) + to.pidShift) : digits,
  );
  return shifted
    .replace(/ svc\[/g, ` ${to.identifier}[`)
    .replace(/^(\S+) \S+ (?=[\w-]+(?:\[\d+\])?: )/gm, `$1 ${to.host} `)
    .replace(/ - [\w.]+ - (INFO|WARNING|ERROR) - /g, ` - ${to.module} - $1 - `)
    .replace(/\b(?:Processing|Importing|Ingesting|Syncing) (?=routing)/g, `${STARTS[to.noun]} `)
    .replace(/\brouting\b/g, to.subject);
}

function bundle(kind: string, rename: (text: string) => string): ReadonlyMap<string, string | Uint8Array> {
  const folder = new URL(`${kind}/`, FIXTURES);
  return new Map(
    readdirSync(folder).map((name) => {
      const bytes = readFileSync(new URL(name, folder));
      return [name, /\.txt$/.test(name) ? rename(bytes.toString('utf8')) : bytes] as const;
    }),
  );
}

describe.each(BUNDLES)('%s told with other names', (kind) => {
  const log = readFileSync(new URL(`${kind}/unit.txt`, FIXTURES), 'utf8');

  it('has the same mechanism and verdicts, whatever host, service, module, pids and work are called', async () => {
    const original = await analyseFiles(bundle(kind, (text) => text));
    await fc.assert(
      fc.asyncProperty(names, async (to) => {
        const files = bundle(kind, (text) => renamed(text, log, to));
        const told = await analyseFiles(files);
        expect(told.incident?.mechanism).toBe(original.incident?.mechanism);
        expect(verdictsOf(told)).toEqual(verdictsOf(original));
        expect(told.facts.map(({ id }) => id)).toEqual(original.facts.map(({ id }) => id));
        if (original.incident?.pid != null) expect(told.incident?.pid).toBe(original.incident.pid + to.pidShift);
        if (original.incident?.operation != null) expect(told.incident?.operation).toContain(to.subject);
      }),
      { numRuns: runs(3) },
    );
  });
});
