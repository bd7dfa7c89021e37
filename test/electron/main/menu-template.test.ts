import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { CASE_COMMANDS, menuTemplate, NO_HISTORY } from '../../../electron/main/menu-template.ts';

function flat(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
}

const itemsFor = (isMac: boolean, isPackaged: boolean, command: (name: string) => void = () => {}) =>
  flat(menuTemplate({ isMac, isPackaged, command, history: NO_HISTORY }));

describe('menuTemplate', () => {
  it('sends the command that each item is named after', () => {
    const sent: string[] = [];
    const items = itemsFor(false, true, (name) => sent.push(name)).filter((item) => item.id !== undefined);
    for (const item of items) Reflect.apply(item.click ?? (() => {}), null, []);
    expect(sent).toEqual(items.map((item) => item.id));
    expect(new Set(sent)).toEqual(new Set(['open-files', 'open-folder', ...CASE_COMMANDS]));
  });

  it('names what is undone and done again, by its beginning and without mnemonics', () => {
    const history = { undo: `Tagging R&D ${'x'.repeat(60)}`, redo: null };
    const items = flat(menuTemplate({ isMac: false, isPackaged: true, command: () => {}, history }));
    const labelOf = (id: string) => items.find((item) => item.id === id)?.label;
    expect(labelOf('undo')).toMatch(/^Undo: Tagging R&&D x+…$/);
    expect(labelOf('undo')?.length).toBeLessThan(60);
    expect(labelOf('redo')).toBe('Redo');
  });

  it('gives no two items the same keys', () => {
    const accelerators = itemsFor(false, false).flatMap((item) =>
      item.accelerator === undefined ? [] : [item.accelerator],
    );
    expect(new Set(accelerators).size).toBe(accelerators.length);
    expect(accelerators).toContain('CmdOrCtrl+6');
  });

  it('offers reloading and developer tools from source only', () => {
    const roles = (isPackaged: boolean) => itemsFor(false, isPackaged).map((item) => item.role);
    expect(roles(false)).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']));
    expect(roles(true)).not.toContain('reload');
    expect(roles(true)).not.toContain('toggleDevTools');
  });

  it('quits from the File menu, on macOS from the app menu', () => {
    expect(itemsFor(false, true).map((item) => item.role)).toContain('quit');
    const mac = itemsFor(true, true).map((item) => item.role);
    expect(mac[0]).toBe('appMenu');
    expect(mac).not.toContain('quit');
  });
});
