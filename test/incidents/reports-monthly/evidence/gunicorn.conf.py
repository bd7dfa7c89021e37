workers = 2
worker_class = "sync"
timeout = 120
errorlog = "/var/log/reports/gunicorn-error.log"
