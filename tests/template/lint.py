"""The template as AWS has it after SAM's transformation, linted and scanned: what SAM makes is not in template.yaml, and linters do not see it there."""

import json
import logging
import os
import subprocess
import tempfile
import time
from pathlib import Path

from samtranslator.translator.transform import transform

from template import ROOT, load

# What is right in a template and wrong in what becomes of it.
IGNORED = [
    "W2001",  # a parameter that only SAM reads (Rolling)
]


REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
# A region, and credentials that are none: SAM wants both, and asks nothing with them.
os.environ.update({"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": REGIONS[0]})

# Its warnings are about features that its service has switches for.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


class NoManagedPolicies:
    """SAM looks names of managed policies up; the template uses none by name."""

    def load(self) -> dict:
        return {}


def transformed(rolling: str) -> dict:
    template = load()
    for resource in template["Resources"].values():
        for uri in ("CodeUri", "DefinitionUri"):
            if uri in resource.get("Properties", {}):
                resource["Properties"][uri] = "s3://packages/package"
    template["Parameters"]["Rolling"]["Default"] = rolling
    return transform(template, {}, NoManagedPolicies())


def run(*command: str, scratch: Path) -> subprocess.CompletedProcess:
    """A tool that is not to ask PyPI for a newer version of itself, and leaves nothing behind."""
    # SAM asks once a week. This is its memory of having asked.
    (scratch / "metadata.json").write_text(json.dumps({"lastVersionCheck": time.time()}))
    quiet = {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": str(scratch), "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "TMPDIR": str(scratch)}
    return subprocess.run(command, cwd=ROOT, env=os.environ | quiet, capture_output=True, text=True)


def cfn_lint(file: Path, *options: str, scratch: Path):
    done = run("cfn-lint", *options, "--template", str(file), scratch=scratch)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def regions() -> str:
    """The template as it is written is valid in each region, as SAM and cfn-lint see it."""
    with tempfile.TemporaryDirectory(prefix="testgram-template-") as folder:
        scratch = Path(folder)
        for region in REGIONS:
            done = run("sam", "validate", "--lint", "--template", "template.yaml", "--region", region, scratch=scratch)
            assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
            cfn_lint(ROOT / "template.yaml", "--regions", region, scratch=scratch)
    return f"sam validate --lint and cfn-lint pass in {len(REGIONS)} regions"


def checkov(file: Path, scratch: Path) -> int:
    """How many checks passed. Its exit code is 0, too, where it could not read the file: so the report is read."""
    done = run("checkov", "--config-file", str(ROOT / ".checkov.yaml"), "--file", str(file), "--output", "json", scratch=scratch)
    report = json.loads(done.stdout)
    summary = report["summary"]
    failed = [f"{one['check_id']} {one['check_name']}: {one['resource']}" for one in report.get("results", {}).get("failed_checks", [])]
    assert (done.returncode, summary["failed"], summary["parsing_errors"]) == (0, 0, 0), "\n".join(failed) or done.stderr
    assert summary["resource_count"] > 50, summary
    return summary["passed"]


def check() -> str:
    kinds, passed = set(), []
    with tempfile.TemporaryDirectory(prefix="testgram-template-") as folder:
        scratch = Path(folder)
        passed.append(checkov(ROOT / "template.yaml", scratch))
        for rolling in ("false", "true"):
            template = transformed(rolling)
            kinds |= {resource["Type"] for resource in template["Resources"].values()}
            file = scratch / f"rolling-{rolling}.template.json"
            file.write_text(json.dumps(template, indent=1))
            cfn_lint(file, "--ignore-checks", *IGNORED, scratch=scratch)
            passed.append(checkov(file, scratch))
    assert "AWS::CodeDeploy::DeploymentGroup" in kinds and "AWS::ApiGatewayV2::RouteResponse" in kinds
    return f"the template, and what SAM makes of it with and without canaries, pass checkov ({', '.join(map(str, passed))} checks) and cfn-lint"
