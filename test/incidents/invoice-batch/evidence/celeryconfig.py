broker_url = "redis://10.2.0.5:6379/0"
result_backend = broker_url
task_time_limit = 5 * 60
worker_concurrency = 2
