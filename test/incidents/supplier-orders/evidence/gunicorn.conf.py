timeout = 120
workers = 2
