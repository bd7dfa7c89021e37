gunicorn -w 2 -t 60 trasy:app --log-file trasy.log
