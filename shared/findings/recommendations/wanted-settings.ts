/** Settings of gunicorn as its configuration file calls them. Source: https://docs.gunicorn.org/en/stable/settings.html */
export type GunicornSettings = Readonly<
  Partial<Record<'timeout' | 'graceful_timeout' | 'max_requests' | 'max_requests_jitter', number>>
>;
