workers = 3
max_requests = 500
max_requests_jitter = 100
