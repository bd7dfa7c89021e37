import process from 'node:process';
import { isInterrupted } from './exit-status.ts';
import { inquest } from './inquest.ts';

// A reader such as `head` may close the pipe early; what it did not want is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// A terminal that is gone takes no last words.
process.stderr.on('error', () => {});

void inquest(process.argv.slice(2), process).then((status) => {
  process.exitCode = status;
  // A named pipe that nobody writes to is still being opened.
  if (isInterrupted(status)) process.exit();
});
