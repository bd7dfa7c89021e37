import multiprocessing
workers = 2 if multiprocessing.cpu_count() < 4 else 4
timeout = int("180")
