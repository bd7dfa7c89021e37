module.exports = {
  apps: [{
    name: "seats",
    script: "./server.js",
    instances: 2,
    exec_mode: "cluster",
    max_memory_restart: "300M",
  }],
};
