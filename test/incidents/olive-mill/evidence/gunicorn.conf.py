workers = 2
timeout = 40
