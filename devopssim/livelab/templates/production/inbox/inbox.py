"""Stands for the team's chat and the pager: keeps each message that is posted, and shows all of them at /messages."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MESSAGES = []


class Inbox(BaseHTTPRequestHandler):
    """One request; the path of a POST is the receiver: /chat or /pager."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        MESSAGES.append({"at": time.time(), "receiver": self.path.strip("/"), "body": body})
        self.answer(b"ok", "text/plain")

    def do_GET(self):
        self.answer(json.dumps(MESSAGES).encode(), "application/json")

    def answer(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """The messages are the log."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8000), Inbox).serve_forever()
