// Starts the service under PM2: `pm2 start ecosystem.config.cjs`, and without a gap in service
// `pm2 reload shop`.

module.exports = {
  apps: [
    {
      name: 'shop',
      cwd: __dirname,
      script: 'service.mjs',
      exec_mode: 'cluster',
      instances: 2,
      wait_ready: true,
      // The time that PM2 leaves a process before it kills it. flushOnExit takes 1 000 ms at most.
      kill_timeout: 1600,
    },
  ],
};
