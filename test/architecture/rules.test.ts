import { spawnSync } from 'node:child_process';
import { copyFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../../scripts/project.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';

/** Each rule of the checker with the file that breaks it and what that file says: a rule that never fires is no rule. */
const BREACHES: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'shared-is-pure': ['shared/knows-a-shell.ts', "import '../electron/intake/read.ts';"],
  'shared-has-no-node': ['shared/reads-files.ts', "import 'node:fs';"],
  'shared-has-few-libraries': ['shared/draws.ts', "import 'react';"],
  'renderer-knows-only-the-contract': ['renderer/calls-handlers.tsx', "import '../electron/ipc/handlers.ts';"],
  'renderer-has-no-node': ['renderer/joins-paths.tsx', "import 'path';"],
  'electron-in-main-and-preload-only': ['electron/ipc/shows-dialogs.ts', "import { dialog } from 'electron'; dialog;"],
  'core-does-not-know-the-shells': ['electron/intake/knows-ipc.ts', "import '../ipc/handlers.ts';"],
  'cli-needs-no-window': ['electron/cli/opens-window.ts', "import '../main/index.ts';"],
  'preload-knows-only-the-contract': ['electron/preload/reads-evidence.ts', "import '../intake/read.ts';"],
  'evidence-is-opened-by-intake': ['electron/preload/opens-files.ts', "import 'node:fs/promises';"],
  'no-network': ['electron/export/uploads.ts', "import 'node:https';"],
  'no-cycles': ['shared/head.ts', "import './tail.ts';"],
  'no-orphans': ['shared/alone.ts', 'export const alone = 1;'],
  'no-unresolvable': ['shared/refers-to-nothing.ts', "import './gone.ts';"],
  'no-undeclared-packages': ['electron/export/borrows.ts', "import 'rolldown';"],
  'packaged-code-has-packaged-dependencies': ['electron/export/tests.ts', "import 'vitest';"],
};

/** A sound project of the same shape; what it imports must break nothing. */
const SOUND: Readonly<Record<string, string>> = {
  'shared/a.ts': "import { z } from 'zod'; import type { A } from './contract/ipc.ts'; export const a: A = z.string();",
  'shared/contract/ipc.ts': 'export type A = unknown;',
  'electron/main/index.ts': "import { app } from 'electron'; import 'node:fs'; import '../ipc/handlers.ts'; app;",
  'electron/ipc/handlers.ts': "import '../../shared/a.ts'; import '../intake/read.ts';",
  'electron/intake/read.ts': "import 'node:fs/promises'; import 'tar-stream';",
  'electron/preload/index.ts':
    "import { ipcRenderer } from 'electron'; import '../../shared/contract/ipc.ts'; ipcRenderer;",
  'renderer/main.tsx': "import 'react'; import '../shared/contract/ipc.ts';",
};

const resultSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    totalCruised: z.int(),
  }),
});
const configurationSchema = z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) });
const configuration = configurationSchema.parse(createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')));

/** Runs the checker as `npm run arch` does over a project of these files; gives what it found as `rule: file`. */
function check(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = writeTree(tempFolder('inquest-arrows-'), files);
  for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    copyFileSync(join(ROOT, name), join(folder, name));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const cli = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const folders = ['electron', 'shared', 'renderer'];
  const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const ran = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (ran.stdout === '') throw new Error(ran.stderr);
  const { summary } = resultSchema.parse(JSON.parse(ran.stdout));
  expect(summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(files).length);
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

describe('the arrows between folders', () => {
  it('are broken by nothing in a sound project', () => {
    expect(check(SOUND)).toEqual([]);
  });

  it('are each noticed when broken', () => {
    const broken = Object.fromEntries(Object.values(BREACHES));
    const found = check({ ...SOUND, ...broken, 'shared/tail.ts': "import './head.ts';" });
    expect(found).toEqual(expect.arrayContaining(Object.entries(BREACHES).map(([rule, [file]]) => `${rule}: ${file}`)));
  });

  it('have a breach here for each rule, and a reason there', () => {
    expect(configuration.forbidden.map((rule) => rule.name).sort()).toEqual(Object.keys(BREACHES).sort());
    for (const rule of configuration.forbidden) expect(rule.comment.length, rule.name).toBeGreaterThan(20);
  });
});
