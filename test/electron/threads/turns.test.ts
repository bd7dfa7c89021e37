import { expect, it } from 'vitest';
import { Turns } from '../../../electron/threads/turns.ts';

it('lets one after the other, also after one that failed', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const work = (name: string, ends: Promise<void>) => async () => {
    log.push(`${name} begins`);
    await ends;
    log.push(`${name} ends`);
    return name;
  };
  let finish = (): void => {};
  const first = turns.take(
    work(
      'first',
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    ),
  );
  const failing = turns.take(() => {
    throw new Error('not now');
  });
  const last = turns.take(work('last', Promise.resolve()));
  await Promise.resolve();
  expect(log).toEqual(['first begins']);
  finish();
  await expect(failing).rejects.toThrow('not now');
  expect(await Promise.all([first, last])).toEqual(['first', 'last']);
  expect(log).toEqual(['first begins', 'first ends', 'last begins', 'last ends']);
});
