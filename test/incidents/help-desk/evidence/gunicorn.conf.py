workers = 3
threads = 4
max_requests = 1000
max_requests_jitter = 50
