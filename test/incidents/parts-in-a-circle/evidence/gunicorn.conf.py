workers = 2
timeout = 600
