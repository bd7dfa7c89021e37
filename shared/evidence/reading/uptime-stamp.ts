// [ 3501.341241] Memory cgroup ...     rsyslog's imklog keeps the uptime within the message of kern.log
const UPTIME = /^\[ *\d{1,10}\.\d{6}\](?:\[ *[TC]\d+\])? /;

/** A kernel message without the uptime that some loggers leave in front of it. */
export function withoutUptime(message: string): string {
  return message.startsWith('[') ? message.replace(UPTIME, '') : message;
}
