# GETs from 200 workers, each with a connection of its own that it keeps: arguments are how
# many, and the server's address.
import http.client
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

n, address = int(sys.argv[1]), urlsplit(sys.argv[2]).netloc
local = threading.local()


def get(i):
    if not hasattr(local, "connection"):
        local.connection = http.client.HTTPConnection(address)
    local.connection.request("GET", "/")
    return len(local.connection.getresponse().read())


began = time.perf_counter()
with ThreadPoolExecutor(200) as pool:
    sizes = list(pool.map(get, range(n)))
print(time.perf_counter() - began)
print(sum(sizes))
