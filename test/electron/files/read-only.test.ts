import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { EvidenceReader } from '../../../electron/files/read-only.ts';
import { tempFolder } from '../../support/bundles.ts';

describe('reading evidence', () => {
  // Whether a file system keeps access times at all is its own business: it is asked first.
  it.skipIf(process.platform !== 'linux')('leaves the time of the last access as it was', ({ skip }) => {
    const path = join(tempFolder(), 'unit.log');
    writeFileSync(path, 'a line');
    const before = new Date('2020-01-01T00:00:00Z');
    utimesSync(path, before, before);
    readFileSync(path);
    if (statSync(path).atimeMs === before.getTime()) skip('access times are not kept here');
    utimesSync(path, before, before);
    const reader = new EvidenceReader(path);
    expect(new TextDecoder().decode(reader.next() ?? undefined)).toBe('a line');
    reader.close();
    expect(statSync(path).atimeMs).toBe(before.getTime());
  });
});
