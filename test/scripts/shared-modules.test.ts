import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';

// vitest.config.ts has files share a process and its modules: another file may have loaded a module before it is replaced,
// or load it afterwards. test/support/start-bundled-worker.ts shows how to put something in a module's place.
it('no test replaces a module that other tests share', () => {
  const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.test\.tsx?$/.test(path),
  );
  expect(tests.length).toBeGreaterThan(100);
  const replacing = /\bvi\s*\.\s*(?:mock|doMock|hoisted|resetModules)\s*[(<]/;
  expect(tests.filter((path) => replacing.test(readFileSync(join(ROOT, 'test', path), 'utf8')))).toEqual([]);
});
