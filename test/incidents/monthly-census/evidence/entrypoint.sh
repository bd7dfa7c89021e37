#!/bin/sh
set -e
python manage.py check
exec gunicorn toukei.wsgi:application -b 0.0.0.0:80 -w 2 -t 180
