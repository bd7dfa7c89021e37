import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { preProcessFile } from 'typescript';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import THREADS from '../../electron/threads/threads.json' with { type: 'json' };
import { ROOT } from '../../scripts/project.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';

type Files = Readonly<Record<string, string>>;

const roomSchema = z.object({ room: z.string(), reason: z.string(), mayImport: z.array(z.string()) });
type Room = z.infer<typeof roomSchema>;
const configurationSchema = z.object({
  forbidden: z.array(z.object({ name: z.string(), comment: z.string() })),
  ROOMS: z.array(roomSchema),
  DEBT: z.record(z.string(), z.string()),
  TOUCHES_OWN_FILES: z.record(z.string(), z.string()),
  arrowDown: z.custom<(rooms: readonly Room[]) => string | null>((value) => typeof value === 'function'),
});
const configuration = configurationSchema.parse(createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')));
const { ROOMS, DEBT, TOUCHES_OWN_FILES, arrowDown } = configuration;

const isFile = (room: string): boolean => /\.tsx?$/.test(room);
/** The one file of a room in a made-up project. */
const fileOf = (room: string): string => (isFile(room) ? room : `${room}/part.ts`);
const importing = (from: string, to: readonly string[]): string =>
  to
    .map((path) => relative(dirname(from), path))
    .map((path) => `import '${path.startsWith('.') ? path : `./${path}`}';`)
    .join('\n');

/** A project in which every room takes every arrow that it may, from all entries: nothing of it may be forbidden. */
const SOUND: Files = {
  ...Object.fromEntries(
    ROOMS.map(({ room, mayImport }) => [fileOf(room), importing(fileOf(room), mayImport.map(fileOf))]),
  ),
  ...Object.fromEntries(Object.values(THREADS).map((entry) => [entry, "import 'node:worker_threads';"])),
  'electron/main/index.ts': "import { app } from 'electron'; import './part.ts'; import './window.ts'; app;",
  'electron/main/window.ts': "import '../files/own-files.ts';",
  'electron/files/own-files.ts': "import 'node:fs'; import 'node:fs/promises'; import 'tar-stream';",
  'electron/preload/index.ts': "import { ipcRenderer } from 'electron'; import './part.ts'; ipcRenderer;",
  'electron/cli/main.ts': "import './part.ts'; import '../../shared/model/schema.ts';",
  'shared/model/schema.ts': "import { z } from 'zod'; export const schema = z.string();",
  'test/support/help.ts': '',
};

/** For each room an arrow that its row does not name. */
const AGAINST_THE_TABLE: readonly (readonly [rule: string, file: string, text: string])[] = ROOMS.map(
  ({ room, mayImport }) => {
    const other = ROOMS.find((each) => each.room !== room && !mayImport.includes(each.room));
    if (other === undefined) throw new Error(`${room} may import everything`);
    const file = isFile(room) ? room : `${room}/reaches.ts`;
    return [`room ${room}`, file, importing(file, [fileOf(other.room)])];
  },
);

/** Each other rule with files that break it, in several rooms: a rule that never fires is no rule. */
const BREACHES: readonly (readonly [rule: string, file: string, text: string])[] = [
  ...AGAINST_THE_TABLE,
  // Two rooms that import each other: one of the arrows is against the table.
  ['room shared/context', 'shared/context/asks-facts.ts', "import '../facts/told-by-context.ts';"],
  ['room electron/archives', 'electron/archives/asks-intake.ts', "import '../intake/told-by-archives.ts';"],
  ['room renderer/state', 'renderer/state/draws.tsx', "import '../components/drawn-by-state.tsx';"],
  ['room shared/model', 'shared/model/asks-a-test.ts', "import '../../test/support/help.ts';"],
  ['every-file-has-a-room', 'shared/loose.ts', "import './model/part.ts';"],
  ['every-file-has-a-room', 'electron/attic/box.ts', "import '../files/part.ts';"],
  ['every-file-has-a-room', 'renderer/corner.tsx', "import './state/part.ts';"],
  ['reachable-from-the-entries', 'shared/facts/dead.ts', "import '../context/part.ts';"],
  ['reachable-from-the-entries', 'electron/intake/dead.ts', "import './part.ts';"],
  ['reachable-from-the-entries', 'renderer/components/dead.tsx', "import '../state/part.ts';"],
  ['reachable-from-the-entries', 'shared/model/alone.ts', 'export const alone = 1;'],
  ['only-files-opens-evidence', 'electron/case/opens.ts', "import { readFileSync } from 'node:fs'; readFileSync('a');"],
  ['only-files-opens-evidence', 'electron/intake/opens.ts', "import 'fs/promises';"],
  ['only-files-opens-evidence', 'electron/main/opens.ts', "import 'node:fs/promises';"],
  ['only-files-opens-evidence', 'electron/cli/opens.ts', "export const fs = import('node:fs');"],
  ['only-files-opens-evidence', 'electron/events/opens.ts', "export type { Stats } from 'fs';"],
  ['own-files-are-touched-by-few', 'electron/intake/touches.ts', "import '../files/own-files.ts';"],
  ['own-files-are-touched-by-few', 'electron/main/touches.ts', "export * from '../files/own-files.ts';"],
  ['own-files-are-touched-by-few', 'electron/files/hands-on.ts', "export * from './own-files.ts';"],
  ['shared-has-no-node', 'shared/model/reads.ts', "import 'node:fs';"],
  ['shared-has-no-node', 'shared/facts/hashes.ts', "import 'crypto';"],
  ['shared-has-few-libraries', 'shared/figures/draws.ts', "import 'react';"],
  ['renderer-has-no-node', 'renderer/state/joins-paths.ts', "import 'path';"],
  ['renderer-has-no-node', 'renderer/screens/joins-paths.tsx', "import 'node:path';"],
  ['electron-in-main-and-preload-only', 'electron/ipc/shows.ts', "import { dialog } from 'electron'; dialog;"],
  ['electron-in-main-and-preload-only', 'renderer/screens/shows.tsx', "import { shell } from 'electron'; shell;"],
  ['no-network', 'electron/export/uploads.ts', "import 'node:https';"],
  ['no-network', 'electron/main/spawns.ts', "import 'child_process';"],
  ['no-network', 'shared/search/asks.ts', "import 'node:dns/promises';"],
  ['no-network', 'renderer/state/connects.ts', "import 'net';"],
  ['no-cycles', 'shared/model/head.ts', "import './tail.ts';"],
  ['no-unresolvable', 'shared/model/refers-to-nothing.ts', "import './gone.ts';"],
  ['no-undeclared-packages', 'electron/export/borrows.ts', "import 'rolldown';"],
  ['packaged-code-has-packaged-dependencies', 'electron/export/tests.ts', "import 'vitest';"],
];

const OTHER_HALVES: Files = {
  'shared/model/tail.ts': "import './head.ts';",
  'shared/facts/told-by-context.ts': "import '../context/asks-facts.ts';",
  'electron/intake/told-by-archives.ts': "import '../archives/asks-intake.ts';",
  'renderer/components/drawn-by-state.tsx': "import '../state/draws.tsx';",
};

const resultSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    totalCruised: z.int(),
  }),
});

/** Runs the checker as `npm run arch` does over a project of these files; gives what it found as `rule: file`. */
function check(files: Files): readonly string[] {
  const folder = writeTree(tempFolder('inquest-arrows-'), files);
  const copied = ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', 'electron/threads/threads.json'];
  for (const name of copied) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(join(ROOT, name), join(folder, name));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const cli = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const folders = ['electron', 'shared', 'renderer'];
  const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const ran = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (ran.stdout === '') throw new Error(ran.stderr);
  const { summary } = resultSchema.parse(JSON.parse(ran.stdout));
  expect(summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(files).length);
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

describe('the arrows between rooms', () => {
  it('are broken by nothing in a sound project', () => {
    expect(check(SOUND)).toEqual([]);
  });

  it('are each noticed when broken', () => {
    const broken = Object.fromEntries(BREACHES.map(([, file, text]) => [file, text]));
    expect(Object.keys(broken)).toHaveLength(BREACHES.length);
    const found = check({ ...SOUND, ...broken, ...OTHER_HALVES });
    expect(found).toEqual(expect.arrayContaining(BREACHES.map(([rule, file]) => `${rule}: ${file}`)));
  });

  it('have a breach here for each rule, and a reason there', () => {
    const broken = new Set(BREACHES.map(([rule]) => rule));
    expect(configuration.forbidden.map((rule) => rule.name).sort()).toEqual([...broken].sort());
    for (const rule of configuration.forbidden) expect(rule.comment.length, rule.name).toBeGreaterThan(20);
  });
});

const inRoom = (path: string, room: string): boolean => path === room || path.startsWith(`${room}/`);

/** The rooms that the real files of a room import. */
function roomsImportedBy(room: string): ReadonlySet<string> {
  const files = isFile(room) ? [''] : readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' });
  const found = new Set<string>();
  for (const name of files) {
    const path = join(room, name);
    if (!/\.tsx?$/.test(path)) continue;
    for (const { fileName } of preProcessFile(readFileSync(join(ROOT, path), 'utf8'), true, true).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const imported = join(dirname(path), fileName);
      const of = ROOMS.find((each) => inRoom(imported, each.room));
      if (of !== undefined) found.add(of.room);
    }
  }
  return found;
}

describe('the table of rooms', () => {
  it('goes from the ground up, so that no two rooms can lead to each other', () => {
    expect(arrowDown(ROOMS)).toBeNull();
    const circle = ROOMS.map((room) =>
      room.room === 'shared/context' ? { ...room, mayImport: [...room.mayImport, 'shared/facts'] } : room,
    );
    expect(arrowDown(circle)).toBe('shared/context -> shared/facts');
  });

  it('has no debt', () => {
    expect(DEBT).toEqual({});
  });

  it('names no arrow that nothing takes, but for rooms that are still to come', () => {
    const isThere = (room: string): boolean => existsSync(join(ROOT, room));
    const unused = ROOMS.filter(({ room }) => isThere(room)).flatMap(({ room, mayImport }) => {
      const taken = roomsImportedBy(room);
      return mayImport.filter((each) => isThere(each) && !taken.has(each)).map((each) => `${room} -> ${each}`);
    });
    expect(unused).toEqual([]);
  });

  it('lets those alone touch files of their own who do', () => {
    for (const file of Object.keys(TOUCHES_OWN_FILES)) {
      expect(readFileSync(join(ROOT, file), 'utf8'), file).toContain('/files/own-files.ts');
    }
  });

  it('is the one in CONTRIBUTING', () => {
    const rows = ROOMS.map(({ room, reason, mayImport }) => {
      const shown = mayImport.map((each) => `\`${each}\``).join(', ');
      return `| \`${room}\` | ${reason} | ${shown === '' ? 'nothing' : shown} |`;
    });
    const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const first = text.indexOf(`| \`${ROOMS[0]?.room}\` |`);
    expect(text.slice(first, text.indexOf('\n\n', first)).split('\n')).toEqual(rows);
  });

  it('names the entry of every thread', () => {
    for (const entry of Object.values(THREADS)) expect(existsSync(join(ROOT, entry)), entry).toBe(true);
  });
});
