# Coroutines that all sleep at once: arguments are how many, and how long in seconds.
import asyncio
import sys
import time

n, seconds = int(sys.argv[1]), float(sys.argv[2])


async def sleeper(i):
    await asyncio.sleep(seconds)
    return i


async def main():
    return await asyncio.gather(*[sleeper(i) for i in range(n)])


began = time.perf_counter()
results = asyncio.run(main())
print(time.perf_counter() - began)
assert len(results) == n and results[n - 1] == n - 1
