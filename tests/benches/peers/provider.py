"""oidc-provider-mock on a free port of the loopback. Prints its address."""

import logging
import os
import socket

import uvicorn
from oidc_provider_mock import app

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
logging.disable(logging.CRITICAL)
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on http://localhost:{listener.getsockname()[1]}", flush=True)
server = uvicorn.Server(uvicorn.Config(app(), interface="wsgi", log_config=None))
server.run(sockets=[listener])
