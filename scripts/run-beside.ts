export interface Job<Result> {
  readonly name: string;
  /** How many cores it keeps busy; one that asks for more than there are gets all of them. */
  readonly cores: number;
  /** Does the job; `print` takes what it has to say, which is shown in one piece. */
  readonly run: (print: Print) => Promise<Result>;
}

export type Print = (text: string) => void;

export interface Ended<Result> {
  readonly name: string;
  readonly result: Result;
  /** From its start to its end. */
  readonly seconds: number;
}

/**
 * Does jobs side by side on `cores` cores, started in their order: one that has to wait for cores lets none behind it pass,
 * so that a large job is not put off by small ones. `write` gets what the jobs print one job after another, in their order:
 * of the first that has not ended at once, of those behind it when their turn comes.
 * @returns in the order of the jobs. A job that rejects rejects this once the others that were started have ended.
 */
export async function runBeside<Result>(
  jobs: readonly Job<Result>[],
  cores: number,
  write: Print,
): Promise<readonly Ended<Result>[]> {
  const transcript = new Transcript(write);
  const running = new Set<Promise<void>>();
  const ended: Promise<Ended<Result>>[] = [];
  let free = cores;
  for (const job of jobs) {
    const needed = Math.min(job.cores, cores);
    while (free < needed) await Promise.race(running);
    free -= needed;
    const turn = transcript.turn();
    const done = timed(job, turn.print);
    const settled = done.then(noResult, noResult).then(() => {
      turn.end();
      free += needed;
      running.delete(settled);
    });
    running.add(settled);
    ended.push(done);
  }
  await Promise.all(running);
  return Promise.all(ended);
}

const noResult = (): void => {};

async function timed<Result>(job: Job<Result>, print: Print): Promise<Ended<Result>> {
  const startedAt = performance.now();
  const result = await job.run(print);
  return { name: job.name, result, seconds: (performance.now() - startedAt) / 1000 };
}

interface Turn {
  readonly print: Print;
  readonly end: () => void;
}

/** Puts what is printed at the same time after one another. */
class Transcript {
  readonly #write: Print;
  readonly #turns: { held: string; isOver: boolean }[] = [];

  constructor(write: Print) {
    this.#write = write;
  }

  turn(): Turn {
    const turn = { held: '', isOver: false };
    this.#turns.push(turn);
    return {
      print: (text) => {
        turn.held += text;
        this.#writeOut();
      },
      end: () => {
        turn.isOver = true;
        this.#writeOut();
      },
    };
  }

  #writeOut(): void {
    for (let first = this.#turns[0]; first !== undefined; first = this.#turns[0]) {
      if (first.held !== '') this.#write(first.held);
      first.held = '';
      if (!first.isOver) return;
      this.#turns.shift();
    }
  }
}
