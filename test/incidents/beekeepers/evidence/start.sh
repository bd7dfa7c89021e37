#!/bin/sh
cd /opt/imkerei || exit 1
exec ./venv/bin/gunicorn --workers 2 --timeout 20 --bind 127.0.0.1:8300 imkerei.wsgi
