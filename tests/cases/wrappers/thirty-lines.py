"""A wrapper in thirty lines, as a stranger would begin one."""
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Wrapper(BaseHTTPRequestHandler):
    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path.endswith("/live"):
            self.answer({"deployment_timestamp": os.environ["JOB_DEPLOYMENT_TIMESTAMP"]})
        elif self.path.endswith("/ready"):
            self.answer({"status": "ready"})
        else:
            self.answer({"error": "not found"}, 404)

    def do_POST(self):
        numbers = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["numbers"]
        self.answer(sum(numbers))

ThreadingHTTPServer(("0.0.0.0", 7000), Wrapper).serve_forever()
