from rq import Queue
from redis import Redis

q = Queue("reprice", connection=Redis("redis"), default_timeout=180)


def enqueue(catalogue):
    return q.enqueue("shop.jobs.reprice", catalogue=catalogue, job_timeout=180)
