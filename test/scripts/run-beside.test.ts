import { describe, expect, it } from 'vitest';
import { type Job, runBeside } from '../../scripts/run-beside.ts';

/** Jobs that end when they are told to, and what was started and written so far. */
function bench(needs: Readonly<Record<string, number>>) {
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const prints = new Map<string, (text: string) => void>();
  const jobs = Object.entries(needs).map(
    ([name, cores]): Job<string> => ({
      name,
      cores,
      run: (print) => {
        started.push(name);
        prints.set(name, print);
        return new Promise((resolve, reject) => {
          ends.set(name, (error) => (error === undefined ? resolve(`result of ${name}`) : reject(error)));
        });
      },
    }),
  );
  let written = '';
  const all = runBeside(jobs, 2, (text) => {
    written += text;
  });
  // A job is started some turns of the microtask queue after the one before it has ended.
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  const end = (name: string, error?: Error) => {
    ends.get(name)?.(error);
    return turns();
  };
  return { all, started, end, print: (name: string, text: string) => prints.get(name)?.(text), written: () => written };
}

describe('runBeside', () => {
  it('fills the cores, and starts the next in order when enough are free', async () => {
    const { all, started, end } = bench({ a: 1, b: 1, large: 8, c: 1 });
    expect(started).toEqual(['a', 'b']);
    await end('a');
    // The large one waits for both cores, and the small one behind it does not pass.
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'large']);
    await end('large');
    expect(started).toEqual(['a', 'b', 'large', 'c']);
    await end('c');
    expect((await all).map(({ name, result }) => [name, result])).toEqual(
      ['a', 'b', 'large', 'c'].map((name) => [name, `result of ${name}`]),
    );
  });

  it('writes what the first prints at once, and of the others when it has ended', async () => {
    const { all, end, print, written } = bench({ a: 1, b: 1, c: 1 });
    print('a', 'a1 ');
    print('b', 'b1 ');
    print('a', 'a2 ');
    expect(written()).toBe('a1 a2 ');
    await end('b');
    print('c', 'c1 ');
    expect(written()).toBe('a1 a2 ');
    await end('a');
    expect(written()).toBe('a1 a2 b1 c1 ');
    print('c', 'c2 ');
    expect(written()).toBe('a1 a2 b1 c1 c2 ');
    await end('c');
    await all;
  });

  it('rejects as the job does, after the others have ended', async () => {
    const { all, end } = bench({ a: 1, b: 1 });
    let settled = false;
    const outcome = all.then(
      () => null,
      (error: unknown) => {
        settled = true;
        return error;
      },
    );
    await end('a', new Error('broken'));
    expect(settled).toBe(false);
    await end('b');
    expect(await outcome).toEqual(new Error('broken'));
  });

  it('says how long each took', async () => {
    const wait: Job<null> = {
      name: 'wait',
      cores: 1,
      run: () => new Promise((resolve) => setTimeout(() => resolve(null), 50)),
    };
    const [ended] = await runBeside([wait], 1, () => {});
    expect(ended?.seconds).toBeGreaterThan(0.045);
    expect(ended?.seconds).toBeLessThan(30);
  });
});
