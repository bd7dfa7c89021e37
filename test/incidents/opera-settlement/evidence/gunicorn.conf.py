bind = "unix:/run/billet/g.sock"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 90
