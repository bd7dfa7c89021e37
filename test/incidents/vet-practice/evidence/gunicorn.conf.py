import os
workers = 3
timeout = int(os.getenv("GUNICORN_TIMEOUT") or 90)
