import process from 'node:process';
import { readOwnFileSync } from '../files/own-files.ts';
import { analyzeCommand } from './analyze.ts';
import { readArguments } from './arguments.ts';
import { collectScriptCommand } from './collect-script.ts';
import { HELP } from './help.ts';

/** `inquest ...`: reads the arguments, runs the command, sets the exit status. */
async function main(): Promise<number> {
  const command = readArguments(process.argv.slice(2));
  switch (command.type) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return 0;
    case 'usage-error':
      process.stderr.write(`inquest: ${command.message}\nTry 'inquest --help'.\n`);
      return 2;
    case 'analyze':
      return analyzeCommand(command);
    case 'collect-script':
      return collectScriptCommand(command);
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

// A reader such as `head` may close the pipe early; what it did not want is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main();
