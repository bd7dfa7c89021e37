# -*- coding: utf-8 -*-
bind = "127.0.0.1:8040"
workers = 3
timeout = 600
errorlog = "-"
