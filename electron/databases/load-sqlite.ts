import { createRequire } from 'node:module';
import type initSqlJs from 'sql.js';
import { readOwnFile } from '../files/own-files.ts';

/**
 * sql.js with its wasm read through fs: `resolve` finds the file from source, from the bundle and inside app.asar alike,
 * in the main thread and in workers, without the URL guessing of emscripten's loader. Loaded only when there is a database.
 */
export async function loadSqlite(): ReturnType<typeof initSqlJs> {
  const wasm = await readOwnFile(createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm'));
  const { default: init } = await import('sql.js');
  return init({ wasmBinary: new Uint8Array(wasm).buffer });
}
