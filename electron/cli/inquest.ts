import { readOwnFileSync } from '../files/own-files.ts';
import { readArguments } from './arguments.ts';
import { HELP } from './help.ts';
import type { Terminal } from './terminal.ts';

/** `inquest ...`: reads the arguments after the program's name and runs the command. Returns the exit status. */
export async function inquest(args: readonly string[], terminal: Terminal): Promise<number> {
  const command = readArguments(args);
  switch (command.type) {
    case 'help':
      terminal.stdout.write(HELP);
      return 0;
    case 'version':
      terminal.stdout.write(`${version()}\n`);
      return 0;
    case 'usage-error':
      terminal.stderr.write(`inquest: ${command.message}\nTry 'inquest --help'.\n`);
      return 2;
    // Only with what is to be done comes the code that does it: help is there at once.
    case 'analyze': {
      const { analyzeCommand } = await import('./analyze.ts');
      return analyzeCommand(command, terminal);
    }
    case 'collect-script': {
      const { collectScriptCommand } = await import('./collect-script.ts');
      return collectScriptCommand(command, terminal);
    }
  }
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readOwnFileSync(new URL('../../package.json', import.meta.url)).toString('utf8'),
  );
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
