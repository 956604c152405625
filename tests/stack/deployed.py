"""The template, deployed: what it made, and what of it the emulator cannot have."""

import json
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

from emulator import ROOT, Emulator
from template import RESOURCES

ENV = "dev"


def settings(env: str = ENV) -> dict:
    """What samconfig.toml says of an environment's deployment."""
    return tomllib.loads((ROOT / "samconfig.toml").read_text())[env]["deploy"]["parameters"]


class Deployed:
    """The stack of samconfig.toml's development environment, on the emulator."""

    def __init__(self, aws: Emulator, architecture: str):
        self.aws = aws
        self.name = settings()["stack_name"]
        self.here = {"Target": "emulator", "Architecture": architecture, "BuildRate": "rate(1 minute)"}

    def make_deploy(self, *options: str, **parameters: str):
        """As `make deploy ENV=dev` does it, but for parameters that only hold here."""
        pairs = [f"{name}={value}" for name, value in (self.here | parameters).items()]
        return self.aws.run("tools/deploy.py", ENV, *pairs, "--built", "--no-progressbar", "--no-confirm-changeset", *options, check=False)

    def deploy(self, **parameters: str):
        done = self.make_deploy(**parameters)
        assert done.returncode == 0, f"sam deploy: {done.stdout[-6000:]}\n{done.stderr[-4000:]}"
        stack = self.aws.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack["StackStatus"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        return self

    def missing(self) -> dict[str, str]:
        """Resources that stand in the template and were not made, with their types. Nothing is left out in silence."""
        pages = self.aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        made = {resource["LogicalResourceId"] for page in pages for resource in page["StackResourceSummaries"]}
        return {name: resource["Type"] for name, resource in RESOURCES.items() if name not in made}

    def put_world(self, world: str, settings: Path | None = None) -> dict:
        """The operator's command."""
        given = ["--settings", str(settings)] if settings else []
        command = ["target/debug/tg", "world", "put", world, "--stack", self.name, "--keys", self.outputs["TenantKeys"], "--json", *given]
        return json.loads(self.aws.run(*command).stdout)

    # Addresses of the emulator

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.aws.port}/_aws/execute-api/{self.outputs['SocketApi']}/ws"

    def script(self, key: str) -> str:
        return f"{self.aws.url}/_aws/execute-api/{self.outputs['HttpApi']}/$default/js/world/{key}.js"

    def get(self, url: str, method: str = "GET"):
        """Status, headers and body."""
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()

    # What stands where

    def objects(self, prefix: str = "") -> list[str]:
        pages = self.aws.client("s3").get_paginator("list_objects_v2")
        listed = pages.paginate(Bucket=self.outputs["ArchiveBucket"], Prefix=prefix)
        return [found["Key"] for page in listed for found in page.get("Contents", [])]

    def items(self, table: str) -> list[dict]:
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName=f"{self.name}-{table}")
        return [item for page in pages for item in page["Items"]]

    def log_lines(self) -> list[tuple[str, str]]:
        """Every line of every log group of the stack, with its group."""
        logs = self.aws.client("logs")
        lines = []
        groups = logs.describe_log_groups(logGroupNamePrefix=f"/testgram/{self.name}/")["logGroups"]
        for group in [group["logGroupName"] for group in groups]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
                lines += [(group, event["message"]) for event in page["events"]]
        return lines
