import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { describe, expect, inject, it } from 'vitest';

describe('what is kept of a rehearsal', () => {
  it.each(['inquest', 'import-worker', 'analysis-worker'])('%s: V8 takes it for its script', (name) => {
    const filename = join(inject('programs'), `${name}.script.js`);
    const source = readFileSync(filename, 'utf8');
    const script = new Script(source, { filename, cachedData: readFileSync(`${filename}.code`) });
    expect(script.cachedDataRejected).toBe(false);
    const another = new Script(`${source}\n`, { filename, cachedData: readFileSync(`${filename}.code`) });
    expect(another.cachedDataRejected).toBe(true);
  });
});
