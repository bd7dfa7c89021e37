module.exports = {
  apps: [
    { name: 'supplier-sync', script: 'sync.js', max_memory_restart: '800M', time: true },
    { name: 'mailer', script: 'mailer.js' },
  ],
}
