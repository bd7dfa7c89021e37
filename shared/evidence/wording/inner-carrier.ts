import type { CarrierName } from '../carriers/carrier.ts';
import { peel } from '../carriers/peel.ts';

/** What a journal's or syslog's message holds that a container wrote and its runtime, or a program that reads it, passed on. */
export interface Passed {
  /** The line as the container wrote it. */
  readonly text: string;
  /** The container, pod or service; null where nothing names it. */
  readonly who: string | null;
  /** Whether the process that the journal names is the one that passed it on, not the one that wrote it. */
  readonly isPassedOn: boolean;
}

// docker compose up as a systemd unit; what reads the logs of containers and prints them
const RUNTIME =
  /^(?:docker(?:-compose|d|-compose-plugin)?|compose|podman(?:-compose)?|nerdctl|containerd|conmon|crio|cri-o|fluent-?bit|fluentd|vector|filebeat|promtail)$/;
// docker/web-1[812]: (tag {{.DaemonName}}/{{.Name}})      3f2a1b4c5d6e[812]: (the default tag, {{.ID}})
// Source: https://docs.docker.com/engine/logging/log_tags/
const TAG = /^(?:docker|podman|container)[/.](\S{1,200})$|^(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)([0-9a-f]{12})$/;

const COMPOSE: ReadonlySet<string> = new Set<CarrierName>(['compose']);
const NONE: ReadonlySet<string> = new Set();
/** Carriers that say nothing of who wrote: under them the journal's own process may be the writer. */
const SILENT: ReadonlySet<string> = new Set<CarrierName>(['terminal', 'svlogd', 'runtime-stamp', 'short-stamp']);
const BAR_WITHIN = 120;

/** The container that a tag of syslog or of Docker's journald driver names; null for the name of a program. */
export function taggedContainer(identifier: string | null): string | null {
  const tag = identifier === null ? null : TAG.exec(identifier);
  return tag?.[1] ?? tag?.[2] ?? null;
}

/** Whether a program under this name passes on what containers write. */
export function isRuntime(identifier: string): boolean {
  return RUNTIME.test(identifier);
}

/**
 * Takes off a message what a runtime put around it. Null where nothing is: where the message is its writer's own. `container` is what
 * the journal's fields name (CONTAINER_NAME).
 */
export function readPassed(message: string, identifier: string | null, container: string | null): Passed | null {
  const named = container ?? taggedContainer(identifier);
  const known = identifier !== null && isRuntime(identifier) ? COMPOSE : NONE;
  const peeled = mayBeWrapped(message) || known.size > 0 ? peel(message, known) : null;
  const isWrapped = peeled !== null && peeled.text !== message;
  if (named === null && !isWrapped) return null;
  return {
    text: peeled?.text ?? message,
    who: peeled?.who ?? named,
    isPassedOn: named !== null || (peeled?.carriers.some((name) => !SILENT.has(name)) ?? false),
  };
}

/** Whether a message may be wrapped, by what is quickly seen: nearly none is. */
function mayBeWrapped(message: string): boolean {
  const code = message.charCodeAt(0);
  if (code === 0x7b || code === 0x1b) return true;
  if (code === 0x5b) return message.charCodeAt(1) > 0x60;
  if (code >= 0x30 && code <= 0x39) return message.charCodeAt(10) === 0x54;
  const bar = message.indexOf('|');
  return bar > 0 && bar < BAR_WITHIN;
}
