import { describe, expect, it } from 'vitest';
import { commandsOf, matchingCommands } from '../../../renderer/components/command-palette.tsx';
import { createActions } from '../../../renderer/state/actions.ts';
import { INITIAL_STATE } from '../../../renderer/state/app-state.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { referenceView } from '../../support/reference-case.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

describe('the command palette', () => {
  const bridge = createMockBridge({ initial: 'none', speed: 0 });
  const actions = createActions(
    bridge,
    () => undefined,
    () => INITIAL_STATE,
  );
  const commands = commandsOf(referenceView(), actions);

  it('knows views, moments with an event, hypotheses and exports, each once', () => {
    const ids = commands.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(commands.filter(({ group }) => group === 'View')).toHaveLength(6);
    expect(commands.filter(({ group }) => group === 'Hypothesis')).toHaveLength(5);
    const withEvent = referenceView().analysis.incident?.moments.filter(({ row }) => row !== null) ?? [];
    expect(commands.filter(({ group }) => group === 'Moment')).toHaveLength(withEvent.length);
  });

  it('goes back on what was done by its name, and to what was put beside events', () => {
    const record = {
      place: { sha256: 'a'.repeat(64), byteOffset: 0, byteLength: 1, line: 1 },
      time: epochMicros(0),
      message: 'WORKER TIMEOUT',
    };
    const entries = [
      { annotation: { kind: 'bookmark', id: 'bookmark-1', record }, row: 3, time: record.time, to: null, source: null },
      {
        annotation: { kind: 'event', id: 'event-1', time: record.time, text: 'x' },
        row: null,
        time: record.time,
        to: null,
        source: null,
      },
    ] as const;
    const view = { ...referenceView(), annotations: { entries, undo: 'Bookmarking “x”', redo: null } };
    const own = commandsOf(view, actions).filter(({ group }) => group === 'Edit' || group === 'Annotation');
    expect(own.map(({ title }) => title)).toEqual(['Undo: Bookmarking “x”', 'WORKER TIMEOUT']);
  });

  it('finds by any words in any order', () => {
    expect(matchingCommands(commands, 'pdf report').map(({ title }) => title)).toEqual(['Export PDF']);
    expect(matchingCommands(commands, '  ')).toHaveLength(commands.length);
    expect(matchingCommands(commands, 'no such thing')).toEqual([]);
  });
});
