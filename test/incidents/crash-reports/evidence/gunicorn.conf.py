bind = "127.0.0.1:8400"
workers = 2
worker_class = "uvicorn.workers.UvicornWorker"
max_requests = 40
max_requests_jitter = 10
timeout = 30
