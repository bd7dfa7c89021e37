bind = '127.0.0.1:9010'
workers = 2
timeout = 2 * 60
proc_name = 'wyciagi'
