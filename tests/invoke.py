"""The release Lambdas, run as Lambda runs them, answer the files of events/ against the local stores.

Each function's bootstrap polls a runtime API of ours and reaches the AWS stand-ins of `tg up`. What ingest acknowledges stands in the table.
usage: invoke.py (target/debug/tg and target/lambda/ must be built: `tools/gate.py invoke` does that)
"""

import base64
import gzip
import json
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Seconds that a function or tg may take, on a slow machine.
PATIENCE = 300
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testgram", "AWS_SECRET_ACCESS_KEY": "testgram", "AWS_REGION": "us-east-1"}


class RuntimeApi(ThreadingHTTPServer):
    """Lambda's runtime API for one function: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RuntimeCall)
        self.events: queue.Queue[dict] = queue.Queue()
        self.answers: queue.Queue[tuple[str, dict]] = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class RuntimeCall(BaseHTTPRequestHandler):
    """One call of a function to its runtime API: the next event, or the answer to the last."""

    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self):
        self.reply(200, json.dumps(self.server.events.get()).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.reply(202, b"{}")
        # response, error, or init/error
        self.server.answers.put((self.path.rsplit("/", 1)[-1], json.loads(body)))

    def reply(self, status: int, body: bytes):
        self.send_response(status)
        for name, value in (
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
            ("lambda-runtime-deadline-ms", str(int(time.time() * 1000) + 60_000)),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:invoke"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: a request log would hold events."""


class Tg:
    """`tg up` on ports and a folder of its own."""

    def __init__(self, scratch: Path):
        self.log = (scratch / "tg.log").open("w+")
        command = [ROOT / "target/debug/tg", "up", "--port", "0", "--aws-port", "0", "--json", "--data", scratch / "data"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        # A tg that hangs is ended, and its end is the end of the line.
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        assert "ready" in line, f"tg up did not start: {self.logged()}"
        self.aws = re.search(r"http://127\.0\.0\.1:\d+", self.logged())[0]

    def logged(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def batches(self) -> int:
        """How many batches stand in the buffer."""
        headers = {
            "X-Amz-Target": "DynamoDB_20120810.Scan",
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": "AWS4-HMAC-SHA256 Credential=testgram/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
        }
        request = urllib.request.Request(self.aws, json.dumps({"TableName": "testgram-events"}).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return len(json.load(answer)["Items"])

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


class Functions:
    """The functions' release binaries, each a process that is started by its first event."""

    def __init__(self, scratch: Path, aws: str):
        self.scratch = scratch
        self.env = CREDENTIALS | {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": aws,
            "TESTGRAM_TABLES": "testgram",
            "TESTGRAM_SOCKET": "ws://127.0.0.1:4600/ws",
            "TESTGRAM_BUCKET": "testgram-archive",
            "TESTGRAM_KEYS": "alias/testgram/local/",
            "TESTGRAM_QUEUE": f"{aws}/000000000000/testgram-archive",
        }
        self.started: dict[str, tuple[RuntimeApi, subprocess.Popen]] = {}

    def start(self, function: str) -> tuple[RuntimeApi, subprocess.Popen]:
        api = RuntimeApi()
        own = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_LOG_GROUP_NAME": function,
            "AWS_LAMBDA_LOG_STREAM_NAME": function,
        }
        with (self.scratch / f"{function}.log").open("w") as log:
            process = subprocess.Popen([bootstrap(function)], env=self.env | own, stdout=log, stderr=log)
        return api, process

    def invoke(self, function: str, event: str) -> tuple[dict, object]:
        """A function's answer to a file of events/, and the answer's body: unpacked, and read where it is JSON."""
        if function not in self.started:
            self.started[function] = self.start(function)
        api, _ = self.started[function]
        api.events.put(json.loads((ROOT / "events" / f"{event}.json").read_text()))
        kind, answer = api.answers.get(timeout=PATIENCE)
        assert kind == "response", f"{function} fails on events/{event}.json: {answer}"
        body = answer.get("body")
        if answer.get("isBase64Encoded"):
            return answer, gzip.decompress(base64.b64decode(body)).decode()
        return answer, json.loads(body) if body else None

    def logged(self) -> str:
        return "\n".join((self.scratch / f"{name}.log").read_text()[-2000:] for name in self.started)

    def end(self):
        for api, process in self.started.values():
            process.kill()
            process.wait()
            api.shutdown()


def bootstrap(function: str) -> Path:
    return ROOT / "target" / "lambda" / function / "bootstrap"


def say(text: str):
    print(f"  {text}", flush=True)


def connections(functions: Functions):
    answer, _ = functions.invoke("authorize", "authorize-connect")
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow" and answer["context"]["tenant"] == "demo", answer
    answer, _ = functions.invoke("ingest", "ingest-connect")
    assert answer["statusCode"] == 200, answer
    _, body = functions.invoke("ingest", "ingest-default")
    assert body["code"] == "unknown_type", body
    answer, _ = functions.invoke("ingest", "ingest-disconnect")
    assert answer["statusCode"] == 200, answer
    say("a key of the demo world opens a connection; an unknown message is refused; the connection ends")


def batches(functions: Functions):
    _, body = functions.invoke("ingest", "ingest-batch")
    assert (body["type"], body["accepted"], body["rejected"]) == ("ack", 14, []), body
    _, body = functions.invoke("ingest", "ingest-batch-partial")
    assert [one["code"] for one in body["rejected"]] == ["looks_like_email", "digest_not_allowed"], body


def acknowledged(functions: Functions, tg: Tg):
    batches(functions)
    # The events are old. tg deletes expired items once a minute: perhaps in between, but not twice.
    if tg.batches() != 2:
        batches(functions)
    assert tg.batches() == 2, f"{tg.batches()} batches stand in the table, not 2"
    say("two batches are acknowledged, and stand in the table")


def scheduled(functions: Functions):
    answer, _ = functions.invoke("archive", "archive-dispatch")
    assert set(answer) == {"windows", "queued"} and answer["windows"] >= answer["queued"], answer
    answer, _ = functions.invoke("archive", "archive-work")
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["2e1424d4-f796-459a-8184-9c92662be6da"], answer
    answer, _ = functions.invoke("builder", "builder-plan")
    assert [(one["tenant"], one["world"]) for one in answer["builds"]] == [("demo", "demo")], answer
    say("archive lists and archives windows; builder plans")


def served(functions: Functions):
    answer, body = functions.invoke("script", "script-get")
    assert answer["statusCode"] == 200 and '"key":"demo"' in body and "__TESTGRAM__" not in body, answer
    say("script serves the snippet with the demo world's settings")


def refused(function: str, message: str, **env: str):
    """A function does not start, and says why."""
    done = subprocess.run([bootstrap(function)], env=CREDENTIALS | env, capture_output=True, text=True, timeout=PATIENCE)
    output = done.stdout + done.stderr
    assert done.returncode != 0 and message in output, f"{function}: exit {done.returncode}, {output}"


def refusals():
    refused("ingest", r"region \"eu-central-1\" is refused", AWS_REGION="eu-central-1", TESTGRAM_TABLES="testgram")
    say("ingest refuses to start outside the United States")
    message = "TESTGRAM_SOCKET names an endpoint without encryption"
    refused("script", message, TESTGRAM_TABLES="testgram", TESTGRAM_SOCKET="ws://shop.example/ws")
    say("script refuses to send browsers to a socket without encryption")


def main():
    refusals()
    with tempfile.TemporaryDirectory(prefix="testgram-invoke-") as folder:
        tg = Tg(Path(folder))
        functions = Functions(Path(folder), tg.aws)
        try:
            connections(functions)
            acknowledged(functions, tg)
            scheduled(functions)
            served(functions)
        except BaseException:
            print(functions.logged(), tg.logged()[-2000:], flush=True)
            raise
        finally:
            functions.end()
            tg.end()


if __name__ == "__main__":
    main()
