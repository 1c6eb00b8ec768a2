# Tasks that do nothing: arguments are how many, and map or threaded_execution.
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def noop(x):
    return x


def by_map(n):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(noop, range(n)))


def by_submit(n):
    with ThreadPoolExecutor() as pool:
        return [f.result() for f in [pool.submit(noop, i) for i in range(n)]]


n = int(sys.argv[1])
began = time.perf_counter()
results = by_map(n) if sys.argv[2] == "map" else by_submit(n)
print(time.perf_counter() - began)
assert len(results) == n and results[n - 1] == n - 1
