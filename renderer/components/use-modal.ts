import { type RefObject, useEffect } from 'react';

/** Opens a dialog as a modal one as soon as it is there. */
export function useModal(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    dialog.current?.showModal();
  }, [dialog]);
}
