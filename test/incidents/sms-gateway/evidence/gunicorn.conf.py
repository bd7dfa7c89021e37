import multiprocessing
workers = multiprocessing.cpu_count()
timeout = 60
