import { useMemo, useState } from 'react';
import type { CaseView } from '../../shared/model/views.ts';
import { UTC, type ZoneName } from '../../shared/model/zone.ts';
import { VERDICT_WORDS } from '../../shared/wording/names.ts';
import { zonedTimeOfDay, zoneLabel } from '../format.ts';
import type { Actions } from '../state/actions.ts';
import { useActions, useAppState } from '../state/app-context.tsx';
import { useDisplayZone } from '../state/display-zone.tsx';
import { TABS } from '../state/navigation.ts';
import searchDialogStyles from './search-dialog.module.css';
import { SearchDialog } from './search-dialog.tsx';
import { TAB_TITLES } from './tab-bar.tsx';

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
  commands.push(...workCommands(view, actions, zone));
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
    { id: 'save', group: 'Case', title: 'Save case', hint: 'Ctrl+S', run: () => void actions.saveCase(false) },
    { id: 'save-as', group: 'Case', title: 'Save case as…', hint: '', run: () => void actions.saveCase(true) },
    { id: 'close', group: 'Case', title: 'Close the case', hint: '', run: () => void actions.closeCase() },
  );
  return commands;
}

/** Going back on what was done, and to what was put beside events. */
function workCommands({ annotations }: CaseView, actions: Actions, zone: ZoneName): readonly Command[] {
  const { entries, undo, redo } = annotations;
  const commands: Command[] = [];
  const edit = (id: 'undo' | 'redo', title: string, hint: string, run: () => void): void => {
    commands.push({ id, group: 'Edit', title, hint, run });
  };
  if (undo !== null) edit('undo', `Undo: ${undo}`, 'Ctrl+Z', () => void actions.undoWork());
  if (redo !== null) edit('redo', `Redo: ${redo}`, 'Ctrl+Shift+Z', () => void actions.redoWork());
  for (const { annotation, row, time } of entries) {
    if (row === null || time === null || !('record' in annotation)) continue;
    const words = annotation.kind === 'comment' ? annotation.text : annotation.kind === 'tag' ? annotation.tag : null;
    commands.push({
      id: annotation.id,
      group: 'Annotation',
      title: words ?? annotation.record.message,
      hint: `${zonedTimeOfDay(time, zone, 3)} ${zoneLabel(time, zone)}`,
      run: () => void actions.showEvent(row),
    });
  }
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
  const [query, setQuery] = useState('');
  const commands = useMemo(() => (view === null ? [] : commandsOf(view, actions, zone)), [view, actions, zone]);
  const matches = matchingCommands(commands, query);
  return (
    <SearchDialog
      label="Go to"
      fieldLabel="Go to a view, a moment, a hypothesis or a command"
      placeholder="Go to a view, a moment, a hypothesis…"
      listLabel="Commands"
      query={query}
      onQuery={setQuery}
      items={matches.map(({ id, group, title, hint }) => ({
        id,
        content: (
          <>
            <span className={searchDialogStyles.paletteGroup}>{group}</span>
            <span>{title}</span>
            <span className={searchDialogStyles.paletteHint}>{hint}</span>
          </>
        ),
      }))}
      onChoose={(position) => {
        const command = matches[position];
        if (command === undefined) return;
        onClose();
        command.run();
      }}
      onClose={onClose}
      note={matches.length === 0 ? <p className={searchDialogStyles.paletteNone}>Nothing goes by that name.</p> : null}
    />
  );
}
