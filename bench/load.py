"""One server under load: requests a second over kept-alive connections."""

import http.client
import threading
import time
from collections.abc import Sequence

CONNECTIONS = 4


def requests_per_second(port: int, path: str, cookie: str, seconds: float) -> float:
    """How many answers of 200 the server gives a second; RuntimeError for any other answer."""
    stop_at = time.perf_counter() + seconds
    counts = [0] * CONNECTIONS
    failures: list[str] = []

    def hammer(index: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Cookie": cookie, "Accept": "text/html"} if cookie else {}
        while time.perf_counter() < stop_at:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(f"{path} answered {answer.status}")
                return
            counts[index] += 1
        connection.close()

    begun = time.perf_counter()
    _together([threading.Thread(target=hammer, args=(index,)) for index in range(CONNECTIONS)])
    if failures:
        raise RuntimeError(failures[0])
    return sum(counts) / (time.perf_counter() - begun)


def _together(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
