import { ChevronDown, ChevronUp, CircleAlert, X } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import { EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../../../shared/model/event.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { KIND_WORDS, SEVERITY_WORDS } from '../../../shared/wording/names.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { baseName, countOf, formatCount, rangeZoneLabel, zonedTimeOfDay } from '../../format.ts';
import { hiddenTemplates } from '../../state/annotation-index.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { type CasePlace, conditionCount, matchFilter } from '../../state/navigation.ts';
import { useEventCount } from '../../state/use-events.ts';
import conditionStyles from './condition.module.css';
import styles from './filter-bar.module.css';
import { QueryHelp } from './query-help.tsx';
import { SearchField } from './search-field.tsx';
import { type SearchReport, SearchStatus } from './search-status.tsx';
import type { EventSteps } from './use-event-keys.ts';

interface FilterBarProps {
  readonly view: CaseView;
  readonly place: CasePlace;
  readonly total: number | null;
  /** How the search behind the table stands; null until it has answered. */
  readonly report: SearchReport | null;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly steps: EventSteps;
  /** Whether the pane of facets is shown, which has the same choices with their counts. */
  readonly hasFacets: boolean;
  readonly trailing: ReactNode;
}

/** Narrows the table: words, kind, severity, source, pid, and the stretch of time that the timeline shows. */
export function FilterBar(props: FilterBarProps) {
  const { view, place, total, report, searchField, steps } = props;
  const { filter, onlyVisibleRange, marksOnly } = place;
  const { move } = useActions();
  const narrow = (change: Partial<EventFilter>): void => move({ filter: { ...filter, ...change } }, 'filter');
  const isMarking = marksOnly && filter.query !== '';
  const matches = useEventCount(isMarking ? matchFilter(place, hiddenTemplates(view)) : null);
  const isNarrowed = conditionCount(filter) > 0 || onlyVisibleRange;
  return (
    <search className={styles.filterBar} aria-label="Filter events">
      <SearchField view={view} filter={filter} field={searchField} />
      <QueryHelp />
      <span className={styles.steps}>
        <IconButton label="Previous match" title="Previous match (Shift+F3)" onClick={() => steps.toMatch('previous')}>
          <ChevronUp size={14} aria-hidden="true" />
        </IconButton>
        <IconButton label="Next match" title="Next match (F3)" onClick={() => steps.toMatch('next')}>
          <ChevronDown size={14} aria-hidden="true" />
        </IconButton>
        <IconButton label="Next error" title="Next error (E)" onClick={() => steps.toError('next')}>
          <CircleAlert size={14} aria-hidden="true" />
        </IconButton>
      </span>
      {props.hasFacets ? null : <Choices view={view} filter={filter} onNarrow={narrow} />}
      <Conditions filter={filter} onNarrow={narrow} />
      <label className={styles.toggle} title="Show all events and mark those that the search finds">
        <input
          type="checkbox"
          checked={marksOnly}
          onChange={(event) => move({ marksOnly: event.target.checked }, 'filter')}
        />
        Mark only
      </label>
      <label className={styles.toggle} title="Only events in the stretch of time that the picture shows">
        <input
          type="checkbox"
          checked={onlyVisibleRange}
          onChange={(event) => move({ onlyVisibleRange: event.target.checked }, 'filter')}
        />
        Visible range
      </label>
      <span className={cx(styles.filterTotal, 'numeric')} data-testid="filter-total" aria-live="polite">
        {total === null
          ? '…'
          : isMarking
            ? `${matches === null ? '…' : countOf(matches, 'match', 'matches')} in ${countOf(total, 'event')}`
            : isNarrowed
              ? `${formatCount(total)} of ${countOf(view.eventCount, 'event')}`
              : countOf(total, 'event')}
      </span>
      <Button
        tone="quiet"
        size="small"
        disabled={!isNarrowed}
        onClick={() => move({ filter: EVERY_EVENT, onlyVisibleRange: false }, 'filter')}
      >
        Clear
      </Button>
      {props.trailing}
      {report === null ? null : <SearchStatus report={report} found={total ?? 0} />}
    </search>
  );
}

/** Kind, severity, source and pid, where no pane beside the table has them. */
function Choices(props: {
  readonly view: CaseView;
  readonly filter: EventFilter;
  readonly onNarrow: (change: Partial<EventFilter>) => void;
}) {
  const { view, filter } = props;
  return (
    <>
      <Choice<EventKind>
        label="Kind"
        values={EVENT_KINDS}
        chosen={filter.kinds}
        name={(kind) => KIND_WORDS[kind]}
        onChoose={(kinds) => props.onNarrow({ kinds })}
      />
      <Choice<Severity>
        label="Severity"
        values={SEVERITIES}
        chosen={filter.severities}
        name={(severity) => SEVERITY_WORDS[severity]}
        onChoose={(severities) => props.onNarrow({ severities })}
      />
      <Choice<string>
        label="Source"
        values={view.files.filter((file) => file.time !== null).map((file) => file.id)}
        chosen={filter.evidenceIds}
        name={(id) => baseName(view.files.find((file) => file.id === id)?.path ?? id)}
        onChoose={(evidenceIds) => props.onNarrow({ evidenceIds })}
      />
      <PidField filter={filter} />
    </>
  );
}

/** What narrows the table and was set elsewhere: by a facet, by the picture. */
function Conditions(props: {
  readonly filter: EventFilter;
  readonly onNarrow: (change: Partial<EventFilter>) => void;
}) {
  const { filter, onNarrow } = props;
  const { zone } = useDisplayZone();
  return (
    <>
      {filter.units.length === 0 ? null : (
        <Button
          tone="bare"
          className={conditionStyles.condition}
          title="Lift this condition"
          onClick={() => onNarrow({ units: [] })}
        >
          <span>{filter.units.map((unit) => unit.replace(/\.service$/, '')).join(', ')}</span>
          <X size={12} aria-hidden="true" />
        </Button>
      )}
      {filter.templates.length === 0 ? null : (
        <Button
          tone="bare"
          className={cx(conditionStyles.condition, styles.template)}
          title={`Same message: ${filter.templates.join(' / ')}. Press to lift this condition`}
          onClick={() => onNarrow({ templates: [] })}
        >
          <span>{filter.templates.join(' / ')}</span>
          <X size={12} aria-hidden="true" />
        </Button>
      )}
      {filter.from === null || filter.to === null ? null : (
        <Button
          tone="bare"
          className={conditionStyles.condition}
          title="Lift this condition"
          onClick={() => onNarrow({ from: null, to: null })}
        >
          <span className="numeric">
            {zonedTimeOfDay(epochMicros(filter.from), zone, 3)} – {zonedTimeOfDay(epochMicros(filter.to), zone, 3)}{' '}
            {rangeZoneLabel(zone, epochMicros(filter.from), epochMicros(filter.to))}
          </span>
          <X size={12} aria-hidden="true" />
        </Button>
      )}
    </>
  );
}

/** One value of a closed list, or any. Several values, chosen in the pane on the left, show as their number. */
function Choice<T extends string>(props: {
  readonly label: string;
  readonly values: readonly T[];
  readonly chosen: readonly T[];
  readonly name: (value: T) => string;
  readonly onChoose: (values: T[]) => void;
}) {
  const { label, values, chosen } = props;
  const only = chosen.length === 1 ? chosen[0] : undefined;
  return (
    <select
      aria-label={label}
      className={chosen.length > 0 ? cx(styles.choice, styles.choiceSet) : styles.choice}
      value={only ?? (chosen.length > 1 ? '*several' : '')}
      onChange={(event) => {
        const value = values.find((each) => each === event.target.value);
        props.onChoose(value === undefined ? [] : [value]);
      }}
    >
      <option value="">{chosen.length === 0 ? label : `${label}: any`}</option>
      {chosen.length > 1 ? (
        <option value="*several" disabled>
          {label}: {chosen.length} chosen
        </option>
      ) : null}
      {values.map((value) => (
        <option key={value} value={value}>
          {props.name(value)}
        </option>
      ))}
    </select>
  );
}

function PidField({ filter }: { readonly filter: EventFilter }) {
  const { move } = useActions();
  const [text, setText] = useState(filter.pids.join(' '));
  const shown = filter.pids.join(' ');
  useEffect(() => setText(shown), [shown]);
  const apply = (): void => {
    const pids = pidsOf(text);
    if (pids.join(' ') !== shown) move({ filter: { ...filter, pids } }, 'filter');
    setText(pids.join(' '));
  };
  return (
    <input
      className={filter.pids.length > 0 ? cx(styles.pidField, styles.choiceSet) : styles.pidField}
      type="text"
      inputMode="numeric"
      aria-label="Pid"
      placeholder="Pid"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
    />
  );
}

/** Process ids in what was typed, each once; anything else is left out. */
export function pidsOf(text: string): number[] {
  const found = text.match(/\d+/g) ?? [];
  return [...new Set(found.map(Number))].filter((pid) => pid <= 2 ** 22);
}
