import { expect, it } from 'vitest';
import { shown } from '../../../electron/ipc/shown.ts';

it('makes every character visible, and hands on what is', () => {
  const bytes = Uint8Array.of(0, 27);
  const visible = { id: 'i1', labels: ['SIGKILL', 'Störung\nin zwei Zeilen'], row: 3, none: null };
  const value = {
    visible,
    hidden: ['a\u0000b', { text: 'tab\there', bytes }],
    own: JSON.parse('{"__proto__":"\\u202e"}'),
  };
  const result = shown(value);
  expect(result).toEqual({
    visible,
    hidden: ['a\\u{0}b', { text: 'tab    here', bytes }],
    own: JSON.parse('{"__proto__":"\\\\u{202e}"}'),
  });
  expect(result.visible).toBe(visible);
  expect(value.hidden[0]).toBe('a\u0000b');
});
