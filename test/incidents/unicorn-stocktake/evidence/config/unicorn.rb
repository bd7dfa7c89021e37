worker_processes 3
timeout 120
listen "/run/lager/unicorn.sock"
preload_app true
