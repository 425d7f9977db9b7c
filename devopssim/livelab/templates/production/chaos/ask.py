"""Ask an address twenty times within two seconds, as a user would; the exit status is the number of bad answers, at most 3."""

import sys
import time
import urllib.error
import urllib.request

bad = 0
for _ in range(20):
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1] + "/products", timeout=2).read()
    except (OSError, urllib.error.URLError):
        bad += 1
        if bad == 3:
            break
    time.sleep(0.1)
sys.exit(bad)
