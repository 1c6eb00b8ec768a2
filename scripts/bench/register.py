# Functions defined and submitted one by one, then waited for: argument 1 is how many.
import sys
import time
from concurrent.futures import ThreadPoolExecutor

n = int(sys.argv[1])
began = time.perf_counter()
with ThreadPoolExecutor() as pool:
    futures = []
    for i in range(n):
        def task(x):
            return x
        futures.append(pool.submit(task, i))

    results = [f.result() for f in futures]
print(time.perf_counter() - began)
assert len(results) == n and results[n - 1] == n - 1
