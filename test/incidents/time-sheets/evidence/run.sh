#!/bin/bash
set -e
gunicorn folha.main:app \
  --worker-class uvicorn.workers.UvicornWorker \
  --workers 2 --timeout 30 --bind 0.0.0.0:8000
