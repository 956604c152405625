"""MiniStack: AWS on loopback. It speaks AWS's wire formats, runs functions as processes, and with AUTH=true asks their roles' policies.

What it does not do stands in ../../docs/deploy.md ("What the tests prove, and what they cannot").
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import boto3
from botocore.config import Config
from free_port import free_port

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"


def until(seconds: float, what: str, probe, every: float = 0.5):
    """The first answer of `probe` that is true; fails when none came in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = probe()
        if answer:
            return answer
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


FOREIGN = ("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_", "DOCKER_", "TESTGRAM_", "SAM_", "SERVICES", "PERSIST", "STATE_DIR", "EDGE_PORT")


class Emulator:
    """One MiniStack, with state of its own that ends with it."""

    def __init__(self, scratch: Path):
        self.scratch = scratch
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = scratch / "ministack.log"
        # Which tools ask PyPI for a newer version of themselves only once a week: this is their memory of having asked.
        sam_home = scratch / "sam"
        sam_home.mkdir()
        asked = {"lastVersionCheck": datetime.now(timezone.utc).timestamp()}
        (sam_home / "metadata.json").write_text(json.dumps(asked))
        # Nothing of the user's own AWS, or of another emulator's, gets in: an AWS_ENDPOINT_URL_S3 would outrank ours.
        own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.env = own | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(sam_home),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
        self.process = None

    def __enter__(self):
        # AWS_ENDPOINT_URL in its own environment, too: else its functions do not learn it.
        settings = {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "AUTH": "true",
            # Functions are processes; nothing here is to look for containers, and what it keeps ends with the test.
            "LAMBDA_EXECUTOR": "local",
            "DOCKER_HOST": f"unix://{self.scratch}/no-docker.sock",
            "STATE_DIR": str(self.scratch / "state"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(self.scratch),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("ministack")],
                env=self.env | settings,
                cwd=self.scratch,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            until(60, "the emulator answers", self._answers)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        # Its functions are processes of its group and outlive it for a while.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the emulator ended: {self.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def client(self, service: str, key: tuple[str, str] = ("test", "test")):
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, read_timeout=320)
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key[0],
            aws_secret_access_key=key[1],
            config=config,
        )

    def run(self, *command, check: bool = True, **more) -> subprocess.CompletedProcess:
        """A command that talks to this AWS."""
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=1_200, **more)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done

    def peak_memory(self) -> dict[str, int]:
        """The most memory that each function's process has had, in MB."""
        peaks: dict[str, int] = {}
        for folder in Path("/proc").iterdir():
            try:
                environ = (folder / "environ").read_bytes()
                status = (folder / "status").read_text()
            except (OSError, NotADirectoryError):
                continue
            variables = dict(part.split(b"=", 1) for part in environ.split(b"\0") if b"=" in part)
            name = variables.get(b"AWS_LAMBDA_FUNCTION_NAME", b"").decode()
            if not name or variables.get(b"AWS_ENDPOINT_URL", b"").decode() != self.url or "bootstrap" not in status.split("\n")[0]:
                continue
            high = next((line for line in status.split("\n") if line.startswith("VmHWM")), "0 0 kB")
            peaks[name] = max(peaks.get(name, 0), int(high.split()[1]) // 1024)
        return peaks
