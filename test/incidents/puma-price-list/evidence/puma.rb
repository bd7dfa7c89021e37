workers 2
threads 1, 1
worker_timeout 60
bind "unix:///run/preise/puma.sock"
preload_app!
environment "production"
