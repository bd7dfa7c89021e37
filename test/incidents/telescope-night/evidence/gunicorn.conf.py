workers = 2
timeout = 300
