import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FORMATS } from '../../../shared/evidence/formats/table.ts';
import { EVIDENCE_FORMATS, type EvidenceFormat } from '../../../shared/model/evidence.ts';
import { WHOLE_FORMATS } from '../../support/whole-formats.ts';
import { NATIVE_FIXTURES } from './journal/native/support.ts';
import { FIXTURE_FORMATS } from './support.ts';

/*
 * Every format has files of its real producer and what makes them, and is read truncated, damaged, under a meaningless name
 * and in tiny chunks: those that a parser reads by their line in FIXTURE_FORMATS, over which robustness.test.ts and detect.test.ts run; all
 * others by theirs in WHOLE_FORMATS, over which test/electron/intake/matrix.test.ts runs.
 */

const GENERATORS = new URL('../../fixtures/generators/', import.meta.url);
/** What makes the fixtures of a folder. */
const GENERATOR_OF: Readonly<Partial<Record<string, string>>> = {
  'journal-unit': 'make-journal-fixtures.py',
  'journal-oom': 'make-journal-fixtures.py',
  'journal-messages': 'make-journal-fixtures.py',
  gunicorn: 'make-gunicorn-log-fixtures.py',
  carried: 'make-carried-fixtures.py',
  syslog: 'make-syslog-fixtures.py',
  dmesg: 'make-syslog-fixtures.py',
  systemd: 'make-host-fixtures.sh',
  host: 'make-host-fixtures.sh',
  container: 'container-fixtures.md',
  probes: 'make-probe-fixtures.sh',
  servers: 'make-database-server-fixtures.sh',
  supervisors: 'supervisors/record-php-fpm.py',
};

function expectGenerator(name: string | undefined, of: string): void {
  expect(name, of).toBeDefined();
  expect(existsSync(new URL(name ?? '', GENERATORS)), `${of}: ${name}`).toBe(true);
}
const fixturesOf = (format: EvidenceFormat): readonly string[] =>
  FIXTURE_FORMATS.filter(([, of]) => of === format).map(([path]) => path);

it.each(EVIDENCE_FORMATS)('%s is in one of the two tables, with what makes its files', (format) => {
  const paths = fixturesOf(format);
  const whole = WHOLE_FORMATS[format];
  expect([paths.length > 0, whole !== undefined]).toEqual(
    FORMATS[format].create === null ? [false, true] : [true, false],
  );
  for (const path of paths) expectGenerator(GENERATOR_OF[path.slice(0, path.indexOf('/'))], path);
  if (whole !== undefined && whole.generator !== null) expectGenerator(whole.generator, format);
});

it('covers every variant of journalctl -o and of a native journal, and every archive', () => {
  const names = FIXTURE_FORMATS.map(([path]) => path.replace(/^.*\//, '').replace('.txt', ''));
  const variants =
    'short short-precise short-iso short-iso-precise short-full short-unix short-monotonic with-unit verbose cat export json json-pretty json-seq json-sse';
  for (const variant of variants.split(' ')) expect(names, variant).toContain(variant);
  expect([...NATIVE_FIXTURES]).toEqual(['regular', 'compact', 'unkeyed', 'xz', 'lz4', 'zstd']);
  const archives = EVIDENCE_FORMATS.filter((format) => FORMATS[format].holds === 'archive');
  expect(archives).toHaveLength(11);
  for (const format of archives) expect(WHOLE_FORMATS[format]?.holds, format).toBe('entries');
});
