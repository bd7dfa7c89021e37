#!/bin/sh
exec /opt/forms/bin/uvicorn forms:app --host 0.0.0.0 --port 8000 --workers 2 --timeout-worker-healthcheck 10 >>/var/log/forms/uvicorn.log 2>&1
