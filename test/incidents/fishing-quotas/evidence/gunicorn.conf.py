_minutter = 2
workers = 2
timeout = _minutter * 60
