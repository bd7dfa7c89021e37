workers = 2
timeout = 60
errorlog = "/var/log/lager/gunicorn-error.log"
