"""The entry for web servers; `hailong-central serve` uses it, and so may any other WSGI server."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
