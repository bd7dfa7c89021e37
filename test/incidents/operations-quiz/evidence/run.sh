#!/bin/sh
exec gunicorn quiz:app --workers 2 --max-requests 200 --max-requests-jitter 20 --timeout 25
