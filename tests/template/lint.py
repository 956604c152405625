"""The template as AWS has it after SAM's transformation, linted and scanned: what SAM makes is not in template.yaml, and linters do not see it there."""

import json
import logging
import subprocess
import tempfile
from pathlib import Path

from samtranslator.translator.transform import transform

from template import ROOT, load

# What is right in a template and wrong in what becomes of it.
IGNORED = [
    "W2001",  # a parameter that only SAM reads (Rolling)
]


# It logs warnings about features that its service has switches for.
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


def cfn_lint(file: Path):
    done = subprocess.run(["cfn-lint", "--ignore-checks", *IGNORED, "--template", str(file)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def checkov(file: Path) -> int:
    """How many checks passed. Not by its exit code alone, which is that of success, too, where it could not read the file."""
    command = ["checkov", "--config-file", str(ROOT / ".checkov.yaml"), "--file", str(file), "--output", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    report = json.loads(done.stdout)
    summary = report["summary"]
    failed = [f"{one['check_id']} {one['check_name']}: {one['resource']}" for one in report.get("results", {}).get("failed_checks", [])]
    assert (done.returncode, summary["failed"], summary["parsing_errors"]) == (0, 0, 0), "\n".join(failed) or done.stderr
    assert summary["resource_count"] > 50, summary
    return summary["passed"]


def check() -> str:
    kinds, passed = set(), [checkov(ROOT / "template.yaml")]
    with tempfile.TemporaryDirectory(prefix="testgram-template-") as folder:
        for rolling in ("false", "true"):
            template = transformed(rolling)
            kinds |= {resource["Type"] for resource in template["Resources"].values()}
            file = Path(folder) / f"rolling-{rolling}.template.json"
            file.write_text(json.dumps(template, indent=1))
            cfn_lint(file)
            passed.append(checkov(file))
    assert "AWS::CodeDeploy::DeploymentGroup" in kinds and "AWS::ApiGatewayV2::RouteResponse" in kinds
    return f"the template, and what SAM makes of it with and without canaries, pass checkov ({', '.join(map(str, passed))} checks) and cfn-lint"
