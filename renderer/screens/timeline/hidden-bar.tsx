import { EyeOff } from 'lucide-react';
import type { CaseView } from '../../../shared/model/views.ts';
import { LinkButton } from '../../components/button.tsx';
import { countOf, formatCount } from '../../format.ts';
import { hiddenTemplates } from '../../state/annotation-index.ts';
import { useActions } from '../../state/app-context.tsx';
import { type CasePlace, hidesSamples, listFilter, SAMPLE_KINDS } from '../../state/navigation.ts';
import { useEventCount } from '../../state/use-events.ts';
import styles from './hidden-bar.module.css';

/** What the table leaves out by itself, with how many events that are, and what brings them back. */
export function HiddenBar({ view, place }: { readonly view: CaseView; readonly place: CasePlace }) {
  const { move } = useActions();
  const templates = hiddenTemplates(view);
  // What would be in the list if it left nothing out by itself.
  const all = { ...listFilter({ ...place, showsSamples: true, showsHidden: true }, []) };
  const isOfSamples = hidesSamples({ ...place, showsSamples: false });
  const samples = useEventCount(isOfSamples ? { ...all, kinds: [...SAMPLE_KINDS] } : null) ?? 0;
  const without = hidesSamples(place) ? [...SAMPLE_KINDS] : [];
  const alike = useEventCount(
    templates.length > 0 ? { ...all, withoutKinds: without, templates: [...templates] } : null,
  );
  if (samples === 0 && templates.length === 0) return null;
  return (
    <p className={styles.hiddenBar} data-testid="hidden-bar">
      <EyeOff size={13} aria-hidden="true" />
      {samples === 0 ? null : (
        <span>
          {countOf(samples, 'sample')} {place.showsSamples ? 'shown' : 'hidden'}{' '}
          <LinkButton
            aria-label={place.showsSamples ? 'Hide samples' : 'Show samples'}
            title="Rows of ps, vmstat and their like: the memory lane of the picture shows them"
            onClick={() => move({ showsSamples: !place.showsSamples }, 'filter')}
          >
            {place.showsSamples ? 'Hide' : 'Show'}
          </LinkButton>
        </span>
      )}
      {templates.length === 0 ? null : (
        <span>
          {alike === null ? '…' : countOf(alike, 'message')} of {formatCount(templates.length)}{' '}
          {templates.length === 1 ? 'pattern' : 'patterns'} {place.showsHidden ? 'shown' : 'hidden'}{' '}
          <LinkButton
            aria-label={place.showsHidden ? 'Hide messages' : 'Show hidden messages'}
            onClick={() => move({ showsHidden: !place.showsHidden }, 'filter')}
          >
            {place.showsHidden ? 'Hide' : 'Show'}
          </LinkButton>
        </span>
      )}
    </p>
  );
}
