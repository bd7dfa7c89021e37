workers = 2
timeout = 40
worker_class = "sync"
