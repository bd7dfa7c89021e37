#!/bin/sh
exec gunicorn prom.main:app -k uvicorn.workers.UvicornWorker -w 2 --timeout 45 -b 0.0.0.0:8000
