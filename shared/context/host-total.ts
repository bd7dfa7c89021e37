import type { HostMemory } from '../model/samples.ts';
import type { FactContext } from './context.ts';

/** The snapshot that states the host's total memory: /proc/meminfo before `free`; null where none does. */
export function hostTotal(context: FactContext): HostMemory | null {
  const all = context.evidence.hostMemory;
  return all.find((memory) => memory.from === 'meminfo') ?? all[0] ?? null;
}
