import { type Carrier, NOTHING_SAID } from './carrier.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal are control sequences (ECMA-48, SGR and EL)
const SEQUENCES = /\u001b\[[0-9;]{0,20}[mK]/g;

/** Colours, as loggers and tools print them for a terminal and `script` or a pipe keeps them. */
export const terminal: Carrier = {
  name: 'terminal',
  sample: '\u001b[36mweb-1  |\u001b[0m [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    if (!text.includes('\u001b[')) return null;
    const plain = text.replace(SEQUENCES, '');
    return plain === text ? null : { ...NOTHING_SAID, text: plain };
  },
};
