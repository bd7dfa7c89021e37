import { memo, useState } from 'react';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import type { CaseView, FacetCount } from '../../../shared/model/views.ts';
import { KIND_WORDS } from '../../../shared/wording/names.ts';
import { Button, LinkButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { baseName, formatCount } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { toggled } from '../../state/navigation.ts';
import { useFacets } from '../../state/use-events.ts';
import styles from './facets.module.css';

/** Values that show at first; the rest comes on demand. */
const FIRST_SHOWN = 12;

/** Sources, severities, kinds, units and processes with their counts under the filter; pressing one narrows the table to it. */
export const FacetPane = memo(function FacetPane(props: {
  readonly view: CaseView;
  readonly filter: EventFilter;
  /** What the table shows: the filter, narrowed to the visible range when the two are linked. */
  readonly counted: EventFilter;
}) {
  const { view, filter } = props;
  const { move } = useActions();
  const facets = useFacets(props.counted);
  const narrow = (change: Partial<EventFilter>): void => move({ filter: { ...filter, ...change } }, 'filter');
  return (
    <aside className={styles.facets} aria-label="Sources and facets">
      <FacetGroup
        title="Sources"
        values={facets?.sources ?? []}
        chosen={filter.evidenceIds}
        onToggle={(id) => narrow({ evidenceIds: toggled(filter.evidenceIds, id) })}
        name={(id) => {
          const path = view.files.find((file) => file.id === id)?.path ?? id;
          return (
            <span className="mono" title={path}>
              {baseName(path)}
            </span>
          );
        }}
      />
      <FacetGroup
        title="Severity"
        values={facets?.severities ?? []}
        chosen={filter.severities}
        onToggle={(severity) => narrow({ severities: toggled(filter.severities, severity) })}
        name={(severity) => <SeverityMark severity={severity} />}
      />
      <FacetGroup
        title="Kind"
        values={facets?.kinds ?? []}
        chosen={filter.kinds}
        onToggle={(kind) => narrow({ kinds: toggled(filter.kinds, kind) })}
        name={(kind) => KIND_WORDS[kind]}
      />
      <FacetGroup
        title="Unit"
        values={facets?.units ?? []}
        chosen={filter.units}
        onToggle={(unit) => narrow({ units: toggled(filter.units, unit) })}
        name={(unit) => (
          <span className="mono" title={unit}>
            {unit.replace(/\.service$/, '')}
          </span>
        )}
      />
      <FacetGroup
        title="Process"
        values={facets?.pids ?? []}
        chosen={filter.pids}
        onToggle={(pid) => narrow({ pids: toggled(filter.pids, pid) })}
        name={(pid) => <span className="numeric">pid {pid}</span>}
      />
    </aside>
  );
});

function FacetGroup<T extends string | number>(props: {
  readonly title: string;
  readonly values: readonly FacetCount<T>[];
  readonly chosen: readonly T[];
  readonly onToggle: (value: T) => void;
  readonly name: (value: T) => React.ReactNode;
}) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? props.values : props.values.slice(0, FIRST_SHOWN);
  // What is chosen stays in sight, also when nothing else lets it through any more.
  const missing = props.chosen.filter((value) => !shown.some((each) => each.value === value));
  const values = [
    ...shown,
    ...missing.map((value) => ({ value, count: props.values.find((each) => each.value === value)?.count ?? 0 })),
  ];
  if (values.length === 0) return null;
  return (
    <details className={styles.facetGroup} open>
      <summary>{props.title}</summary>
      <ul>
        {values.map(({ value, count }) => (
          <li key={value}>
            <Button
              tone="bare"
              className={styles.facet}
              aria-pressed={props.chosen.includes(value)}
              onClick={() => props.onToggle(value)}
            >
              <span className={styles.facetName}>{props.name(value)}</span>
              <span className={cx(styles.facetCount, 'numeric')}>{formatCount(count)}</span>
            </Button>
          </li>
        ))}
      </ul>
      {props.values.length > FIRST_SHOWN ? (
        <LinkButton className={styles.facetMore} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? 'Show fewer' : `Show all ${formatCount(props.values.length)}`}
        </LinkButton>
      ) : null}
    </details>
  );
}
