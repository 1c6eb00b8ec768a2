# Tasks that compute: arguments are how many, the kernel, how many run at once, and the kernel's size.
# The kernels are those of kernels.star: it is Python too.
import runpy
import sys
import time
from concurrent.futures import ThreadPoolExecutor

kernels = runpy.run_path("kernels.star")["KERNELS"]
n, kernel, workers, size = int(sys.argv[1]), kernels[sys.argv[2]], int(sys.argv[3]), int(sys.argv[4])
began = time.perf_counter()
with ThreadPoolExecutor(max_workers=workers) as pool:
    answers = list(pool.map(kernel, [size] * n))
print(time.perf_counter() - began)
assert answers == answers[:1] * n
print(answers[0])
