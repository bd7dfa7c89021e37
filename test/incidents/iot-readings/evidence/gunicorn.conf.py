import os

bind = "127.0.0.1:8000"
workers = 2
timeout = int(os.getenv("GUNICORN_TIMEOUT", "120"))
