#!/bin/sh
set -eu
export GUNICORN_CMD_ARGS="--timeout 60"
exec gunicorn --bind 0.0.0.0:8000 --workers 1 curier.wsgi:application
