import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Display {
  /** Value of DISPLAY, or null where the system draws without X (macOS, Windows, Wayland). */
  readonly display: string | null;
  readonly stop: () => void;
}

/** A display to open windows on: the one there is, else a virtual one; a string says why there is none. */
export async function obtainDisplay(environment: NodeJS.ProcessEnv = process.env): Promise<Display | string> {
  const given = environment.DISPLAY;
  if (given !== undefined && given !== '') return { display: given, stop: () => {} };
  if (process.platform !== 'linux') return { display: null, stop: () => {} };
  if (spawnSync('Xvfb', ['-help']).error !== undefined) {
    return 'there is no display, and Xvfb is not installed (apt-get install xvfb)';
  }
  return startXvfb();
}

/** Xvfb picks a free number itself and writes it to descriptor 3 (`-displayfd`), so that runs never collide. */
function startXvfb(): Promise<Display | string> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((settle) => {
    let written = '';
    numbers(server)?.on('data', (chunk) => {
      written += String(chunk);
      const number = /^(\d+)\n/.exec(written)?.[1];
      if (number !== undefined) settle({ display: `:${number}`, stop: () => server.kill() });
    });
    server.on('error', (error) => settle(`Xvfb could not be started: ${error.message}`));
    server.on('exit', (code) => settle(`Xvfb ended with status ${code ?? 'unknown'}`));
  });
}

function numbers(server: ChildProcess): Readable | null {
  const stream = server.stdio[3];
  return stream !== undefined && stream !== null && 'read' in stream ? stream : null;
}
