workers = 2
worker_class = "sync"
timeout = 600
