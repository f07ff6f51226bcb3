"""The entry for web servers; `hailong-central serve` uses it, and so may any other WSGI server."""

import gc
import os
import threading
from multiprocessing import parent_process

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from central import stalled


def _end_with_parent() -> None:
    """A worker whose `serve` was killed would keep the port, and answer with an old version for ever."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


_end_with_parent()
if _patience := os.environ.get("HAILONG_CENTRAL_STALLED_S"):
    stalled.watch(float(_patience))
application = get_wsgi_application()
_proxies = os.environ.get("HAILONG_CENTRAL_PROXIES", "").split()
if _proxies:
    application = wrap_wsgi_with_proxy_headers(application, _proxies)
# What is loaded now stays for good: collections need not look at it each time.
gc.collect()
gc.freeze()
