import os

bind = "unix:/run/herbar/gunicorn.sock"
workers = 3
timeout = int(os.getenv("HERBAR_TIMEOUT", "90"))
