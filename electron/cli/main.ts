import process from 'node:process';
import { inquest } from './inquest.ts';

// A reader such as `head` may close the pipe early; what it did not want is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await inquest(process.argv.slice(2), process);
