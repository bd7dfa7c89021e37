import process from 'node:process';
import { EXIT_INTERRUPTED } from './exit-status.ts';
import { inquest } from './inquest.ts';

// A reader such as `head` may close the pipe early; what it did not want is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const status = await inquest(process.argv.slice(2), process);
process.exitCode = status;
// A named pipe that nobody writes to is still being opened.
if (status === EXIT_INTERRUPTED) process.exit();
