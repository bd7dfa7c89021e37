import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Displays {
  /** Values of DISPLAY, one or more; empty where the system draws without X (macOS, Windows, Wayland). */
  readonly names: readonly string[];
  readonly stop: () => void;
}

/**
 * Displays to open windows on, for as many apps at a time as there are of them, since those of one display share its
 * clipboard: the one there is, else `count` virtual ones. A string says why there is none.
 */
export async function obtainDisplays(
  count: number,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Displays | string> {
  const given = environment.DISPLAY;
  if (given !== undefined && given !== '') return { names: [given], stop: () => {} };
  if (process.platform !== 'linux') return { names: [], stop: () => {} };
  if (spawnSync('Xvfb', ['-help']).error !== undefined) {
    return 'there is no display, and Xvfb is not installed (apt-get install xvfb)';
  }
  const started = await Promise.all(Array.from({ length: count }, startXvfb));
  const servers = started.filter((server) => typeof server !== 'string');
  const stop = (): void => {
    for (const server of servers) server.stop();
  };
  const problem = started.find((server) => typeof server === 'string');
  if (problem === undefined) return { names: servers.map(({ name }) => name), stop };
  stop();
  return problem;
}

interface Server {
  readonly name: string;
  readonly stop: () => void;
}

/** Xvfb picks a free number itself and writes it to descriptor 3 (`-displayfd`), so that runs never collide. */
function startXvfb(): Promise<Server | string> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((settle) => {
    let written = '';
    numbers(server)?.on('data', (chunk) => {
      written += String(chunk);
      const number = /^(\d+)\n/.exec(written)?.[1];
      if (number !== undefined) settle({ name: `:${number}`, stop: () => server.kill() });
    });
    server.on('error', (error) => settle(`Xvfb could not be started: ${error.message}`));
    server.on('exit', (code) => settle(`Xvfb ended with status ${code ?? 'unknown'}`));
  });
}

function numbers(server: ChildProcess): Readable | null {
  const stream = server.stdio[3];
  return stream !== undefined && stream !== null && 'read' in stream ? stream : null;
}
