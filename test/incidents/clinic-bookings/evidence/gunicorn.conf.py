workers = 3
timeout = 30
errorlog = "/var/log/agenda/gunicorn.log"
