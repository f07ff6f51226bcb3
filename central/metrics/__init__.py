"""What a monitoring system asks of the server: numbers about it, none about a citizen, no level, no counter."""

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the web processes of one `serve` count their requests; prometheus_client looks for it when it is imported."""
