import { expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { bytesOf, fixture, parse } from '../support.ts';

it.each(['memory.events', 'memory.oom_control'])('%s: how many an OOM killer ended', (file) => {
  const { items, problems } = parse('memory-events', fixture(`container/${file}`));
  expect(problems).toEqual([]);
  expect(items).toMatchObject([{ type: 'cgroup-memory', memory: { oomKills: 1 } }]);
});

it('other counters are none of a memory cgroup', () => {
  const text = bytesOf('nr_free_pages 1\noom_kill 2\n');
  expect(detectFormat(text, 'vmstat', text.length).format).toBe('vmstat-counters');
});
