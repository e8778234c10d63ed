"""How gunicorn serves the gateway. `gateway run` and `gateway serve` use it; GATEWAY_CONFIG names the gateway.toml."""

# Before anything else: what is imported unpatched stays so, and one blocking socket stops every call.
from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

# What each web process needs is imported once, before they are forked: it is shared, and one that died is back at once.
import gateway.assembly  # noqa: E402
import gateway.web  # noqa: E402, F401
from gateway.parent import PARENT, die_with_parent  # noqa: E402
from gateway.settings import Document  # noqa: E402

_settings = Document.at(Path(os.environ["GATEWAY_CONFIG"])).settings()

bind = [
    f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in (_settings.listen, _settings.admin.listen)
]
workers = _settings.web_processes
worker_class = "gateway.web_worker.WebWorker"
# The store, its lock and its threads are opened after fork: a lock file opened before it excludes nobody.
preload_app = False
# Pooled Java and .NET clients hold connections for a minute and fail on one that closed under them.
keepalive = 75
graceful_timeout = int(float(os.environ.get("GATEWAY_DRAIN", "30")))
# A GET is a call: its whole query stands in the request line.
limit_request_line = 8190
# A web process that doesn't yield for this long is replaced.
timeout = 60
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()  # noqa: S108 - gunicorn's heartbeat file
loglevel = "warning"
accesslog = None
control_socket_disable = True


def on_starting(_server):
    """End with the supervisor."""
    die_with_parent()


def post_fork(_server, worker):
    """End with the gunicorn that forked us."""
    os.environ[PARENT] = str(worker.ppid)
    die_with_parent()
