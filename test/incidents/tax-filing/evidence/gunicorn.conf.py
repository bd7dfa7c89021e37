bind = "unix:/run/impots.sock"
workers = 1
timeout = 0
graceful_timeout = 300
