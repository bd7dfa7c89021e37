import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { CaseView } from '../../shared/model/views.ts';
import { UTC, type ZoneName } from '../../shared/model/zone.ts';
import { VERDICT_WORDS } from '../../shared/wording/names.ts';
import { zonedTimeOfDay, zoneLabel } from '../format.ts';
import type { Actions } from '../state/actions.ts';
import { useActions, useAppState } from '../state/app-context.tsx';
import { useDisplayZone } from '../state/display-zone.tsx';
import { TABS } from '../state/navigation.ts';
import paletteStyles from './palette.module.css';
import { TAB_TITLES } from './tab-bar.tsx';
import { useModal } from './use-modal.ts';

/** Something that the palette can do. */
export interface Command {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly hint: string;
  readonly run: () => void;
}

/** Everything that can be gone to or done with a case. */
export function commandsOf(view: CaseView, actions: Actions, zone: ZoneName = UTC): readonly Command[] {
  const { incident, hypotheses } = view.analysis;
  const commands: Command[] = TABS.map((tab, index) => ({
    id: `go-${tab}`,
    group: 'View',
    title: TAB_TITLES[tab],
    hint: `Ctrl+${index + 1}`,
    run: () => actions.go(tab),
  }));
  for (const [index, moment] of (incident?.moments ?? []).entries()) {
    const row = moment.row;
    if (row === null) continue;
    commands.push({
      id: `moment-${index}`,
      group: 'Moment',
      title: moment.label,
      hint: `${zonedTimeOfDay(moment.time, zone, 3)} ${zoneLabel(moment.time, zone)}`,
      run: () => void actions.showEvent(row),
    });
  }
  for (const hypothesis of hypotheses) {
    commands.push({
      id: `hypothesis-${hypothesis.id}`,
      group: 'Hypothesis',
      title: hypothesis.title,
      hint: VERDICT_WORDS[hypothesis.verdict],
      run: () => actions.showVerdict(`hypothesis-${hypothesis.id}`),
    });
  }
  for (const format of ['pdf', 'html', 'json'] as const) {
    commands.push({
      id: `export-${format}`,
      group: 'Report',
      title: `Export ${format.toUpperCase()}`,
      hint: '',
      run: () => void actions.exportReport(format),
    });
  }
  commands.push(
    { id: 'open-files', group: 'Case', title: 'Open files…', hint: '', run: () => void actions.openDialog('files') },
    { id: 'open-folder', group: 'Case', title: 'Open folder…', hint: '', run: () => void actions.openDialog('folder') },
    { id: 'load-rules', group: 'Case', title: 'Rules: load file…', hint: '', run: () => void actions.loadRules() },
    {
      id: 'add-files',
      group: 'Case',
      title: 'Add evidence files…',
      hint: '',
      run: () => void actions.addDialog('files'),
    },
    {
      id: 'add-folder',
      group: 'Case',
      title: 'Add evidence folder…',
      hint: '',
      run: () => void actions.addDialog('folder'),
    },
    { id: 'close', group: 'Case', title: 'Close the case', hint: '', run: () => void actions.closeCase() },
  );
  return commands;
}

/** Commands whose group and title hold every word of the query, in any order. */
export function matchingCommands(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((command) => {
    const text = `${command.group} ${command.title} ${command.hint}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Ctrl+K: one field that goes to any view, moment or hypothesis, and runs any command. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const { view } = useAppState();
  const actions = useActions();
  const { zone } = useDisplayZone();
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const commands = useMemo(() => (view === null ? [] : commandsOf(view, actions, zone)), [view, actions, zone]);
  const matches = matchingCommands(commands, query);
  const index = Math.min(active, Math.max(0, matches.length - 1));

  useEffect(() => {
    dialog.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [index]);

  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      run(matches[index]);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((index + step + matches.length) % Math.max(1, matches.length));
    }
  };
  return (
    <dialog
      ref={dialog}
      className={paletteStyles.palette}
      aria-label="Go to"
      onClose={onClose}
      onClick={(event) => {
        // The dialog's own box is filled by its content, so a click that lands on the dialog itself is on the backdrop.
        if (event.target === dialog.current) onClose();
      }}
      onKeyDown={onKeyDown}
    >
      <div>
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={matches[index] === undefined ? undefined : `palette-${matches[index].id}`}
          aria-label="Go to a view, a moment, a hypothesis or a command"
          placeholder="Go to a view, a moment, a hypothesis…"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
        />
        <div id="palette-list" role="listbox" aria-label="Commands" className={paletteStyles.paletteList}>
          {matches.map((command, position) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard, as in every combobox.
            <div
              key={command.id}
              id={`palette-${command.id}`}
              role="option"
              tabIndex={-1}
              data-index={position}
              aria-selected={position === index}
              className={paletteStyles.paletteItem}
              onClick={() => run(command)}
              onMouseMove={() => setActive(position)}
            >
              <span className={paletteStyles.paletteGroup}>{command.group}</span>
              <span>{command.title}</span>
              <span className={paletteStyles.paletteHint}>{command.hint}</span>
            </div>
          ))}
          {matches.length === 0 ? <p className={paletteStyles.paletteNone}>Nothing goes by that name.</p> : null}
        </div>
      </div>
    </dialog>
  );
}
