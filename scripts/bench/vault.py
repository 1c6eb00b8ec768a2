# Inserts and gets of a dict of typed values that are written once, under a lock, from 8
# threads: argument 1 is how many keys.
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

n = int(sys.argv[1])
names = [f"k{i}" for i in range(n)]
types = {name: int for name in names}
values = {}
lock = threading.Lock()

def insert(name, value):
    if name not in types:
        raise KeyError(name)
    if not isinstance(value, types[name]):
        raise TypeError(name)
    with lock:
        if name in values:
            raise ValueError(name)
        values[name] = value

def get(name):
    with lock:
        return values[name]

def work(part):
    for name in names[part::8]:
        insert(name, part)
        get(name)

began = time.perf_counter()
with ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
print(time.perf_counter() - began)
print(sum(values.values()))
