bind = "127.0.0.1:8088"
workers = 2
timeout = 300
errorlog = "/var/log/stambomen/error.log"
