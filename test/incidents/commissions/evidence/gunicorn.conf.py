worker_class = 'gthread'
threads = 8
workers = 2
