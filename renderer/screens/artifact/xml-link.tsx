import { FileCode2 } from 'lucide-react';
import { createContext, useContext } from 'react';
import { LinkButton } from '../../components/button.tsx';
import { formatCount } from '../../format.ts';

/** A place in the artifact to be shown: an element, or a byte alone (then `byteLength` is 0). */
export interface XmlPlace {
  readonly byteOffset: number;
  readonly byteLength: number;
  /** What stands there, for the heading. */
  readonly name: string;
}

const ShowContext = createContext<(place: XmlPlace) => void>(() => undefined);
export const ShowXml = ShowContext.Provider;

/** Shows the XML at a place. */
export function useShowXml(): (place: XmlPlace) => void {
  return useContext(ShowContext);
}

/** The byte of a place, as a link to the XML there. */
export function XmlLink({ place }: { readonly place: XmlPlace }) {
  const show = useShowXml();
  const at = formatCount(place.byteOffset);
  return (
    <LinkButton
      aria-label={`Show the XML of ${place.name} at byte ${at}`}
      title={`Show the XML at byte ${at}`}
      onClick={() => show(place)}
    >
      <FileCode2 size={12} aria-hidden="true" />
      <span className="numeric">{at}</span>
    </LinkButton>
  );
}
