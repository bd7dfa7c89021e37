import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import THREADS from '../../electron/threads/threads.json' with { type: 'json' };
import { ROOT, UNBUNDLED } from './bundle-programs.ts';

const SAMPLE = fileURLToPath(new URL('../../samples/incident-2026-01-28.tar.gz', import.meta.url));

/** The command line; further programs are bundled beside it. */
const COMMAND_LINE = { inquest: 'electron/cli/main.ts', ...THREADS } as const;

/** Set while a bundle is rehearsed: each program and thread keeps what V8 has compiled of it. */
const REHEARSAL = 'INQUEST_REHEARSAL';

/**
 * Runs a script from what V8 has compiled of it already; V8 refuses what another version of it or other flags have compiled,
 * and compiles anew. In a rehearsal it is kept again and again, since a thread is not told of its end.
 * See https://nodejs.org/api/vm.html#scriptcreatecacheddata
 */
const LAUNCHER = `'use strict';
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');
exports.launch = (program) => {
  const filename = program.replace(/\\.js$/, '.script.js');
  const compiled = filename + '.code';
  let cachedData;
  try {
    cachedData = readFileSync(compiled);
  } catch {}
  const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData });
  script.runInThisContext()(createRequire(program), pathToFileURL(program).href);
  if (process.env.${REHEARSAL} === undefined) return;
  const keep = () => {
    writeFileSync(compiled + '.new', script.createCachedData());
    renameSync(compiled + '.new', compiled);
  };
  setInterval(keep, 250).unref();
  process.on('exit', keep);
};
`;

/**
 * Bundles the command line and its threads, and the further programs that are given, into a folder: one script each with all
 * that it needs, and what V8 has compiled of it in a rehearsal on the sample. To read and compile its modules is most of what
 * a thread takes to start. Programs must not await at their top level.
 */
export async function bundleCompiled(folder: string, further: Readonly<Record<string, string>> = {}): Promise<void> {
  const programs = { ...COMMAND_LINE, ...further };
  await build({
    entryPoints: Object.fromEntries(
      Object.entries(programs).map(([name, path]) => [`${name}.script`, join(ROOT, path)]),
    ),
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: UNBUNDLED,
    define: { 'import.meta.url': 'MODULE_URL' },
    banner: { js: '(function (require, MODULE_URL) { const module = { exports: {} };' },
    footer: { js: '})' },
    // A script cannot import; it requires instead.
    supported: { 'dynamic-import': false },
    // Where threads start from their sources alone.
    logOverride: { 'empty-import-meta': 'silent' },
    minifyWhitespace: true,
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(folder, 'launcher.js'), LAUNCHER);
  for (const name of Object.keys(programs)) {
    writeFileSync(join(folder, `${name}.js`), "require('./launcher.js').launch(__filename);\n");
  }
  await rehearse(folder);
}

/** What comes of it is of no matter: a program that was not compiled here is compiled when it is run. */
async function rehearse(folder: string): Promise<void> {
  const out = join(folder, 'rehearsal');
  mkdirSync(out);
  const outputs = ['--html', join(out, 'case.html'), '--json', join(out, 'case.json')];
  const child = spawn(process.execPath, [join(folder, 'inquest.js'), 'analyze', SAMPLE, ...outputs], {
    stdio: 'ignore',
    env: { ...process.env, [REHEARSAL]: '1' },
  });
  await once(child, 'close');
  rmSync(out, { recursive: true, force: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.new')) rmSync(join(folder, name));
}
