#!/usr/bin/env python3
"""Builds the functions and deploys the stack of an environment of samconfig.toml, or deletes it: what `make deploy` and `make delete` run.

    tools/deploy.py ENV [Name=Value…] [--built] [--option of sam deploy…]
    tools/deploy.py ENV --delete [--option of sam delete…]

Name=Value are parameters of the template, in place of what samconfig.toml says of them. With --built the functions are taken as they are.
"""

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "Cargo.toml").exists())
# The machine that a binary is for, in the head of an ELF file.
MACHINES = {62: "x86_64", 183: "arm64"}


def die(what: str, hint: str):
    print(f"error: {what}\n hint: {hint}", file=sys.stderr)
    sys.exit(1)


def warn(what: str, hint: str):
    print(f"warning: {what}\n hint: {hint}", file=sys.stderr)


class Environment:
    """One of samconfig.toml."""

    def __init__(self, name: str):
        commands = tomllib.loads((ROOT / "samconfig.toml").read_text())
        known = [one for one, of in commands.items() if isinstance(of, dict) and "deploy" in of]
        if name not in known:
            die(f"samconfig.toml has no environment {name!r}", f"ENV={'|'.join(known)}")
        self.name = name
        self.settings = commands[name]["deploy"]["parameters"]
        self.stack = self.settings["stack_name"]

    def parameters(self, given: list[str]) -> dict[str, str]:
        """All of the template: as given, or as in samconfig.toml, or as the template's default is. One that is not told keeps on AWS what it once was."""
        chosen = {name: str(of.get("Default", "")) for name, of in yaml_parse((ROOT / "template.yaml").read_text())["Parameters"].items()}
        for pair in [*self.settings["parameter_overrides"], *given]:
            name, equals, value = pair.partition("=")
            if not equals or name not in chosen:
                die(f"{pair!r} is not Name=Value of a parameter", "the parameters stand at the top of template.yaml")
            chosen[name] = value
        return chosen

    def cloudformation(self, region: str):
        return boto3.client("cloudformation", region_name=region)


def deployed(cloudformation, stack: str) -> dict | None:
    """What AWS has of the stack, if it was ever deployed to its end."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        die(f"AWS does not tell of the stack {stack}: {error.response['Error']['Code']}", "see that the credentials are those of its account")
    except BotoCoreError as error:
        die(f"AWS cannot be asked: {error}", "set AWS_PROFILE, or other credentials that the AWS tools take")
    return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found


def check(binary: Path, architecture: str):
    """That a function is there, and for the machine that it is to run on: Lambda would find out at the first call."""
    build = f"make build ARCH={architecture}"
    if not binary.exists():
        die(f"{binary.relative_to(ROOT)} is not built", build)
    with binary.open("rb") as file:
        head = file.read(20)
    machine = MACHINES.get(int.from_bytes(head[18:20], "little"), "another machine")
    if head[:4] != b"\x7fELF" or machine != architecture:
        die(f"{binary.relative_to(ROOT)} is for {machine}, and the functions are to run on {architecture}", build)


def sam(*arguments: str):
    done = subprocess.run(["sam", *arguments], cwd=ROOT)
    if done.returncode != 0:
        sys.exit(done.returncode)


def sam_deploy(env: Environment, chosen: dict[str, str], options: list[str]):
    digest = hashlib.sha256("\n".join(f"{name}={value}" for name, value in sorted(chosen.items())).encode()).hexdigest()
    for function in FUNCTIONS:
        folder = ROOT / "target" / "lambda" / function
        check(folder / "bootstrap", chosen["Architecture"])
        # SAM publishes a version when a function's code or text in the template changes. A changed parameter is neither, and its alias would
        # stay with what was; so what the code comes with tells which parameters it is deployed under.
        (folder / "parameters").write_text(digest + "\n")
    pairs = [f'{name}="{value}"' for name, value in chosen.items()]
    sam("deploy", "--config-env", env.name, *options, "--parameter-overrides", *pairs)


def deploy(env: Environment, arguments: list[str]):
    is_built = "--built" in arguments
    arguments = [one for one in arguments if one != "--built"]
    first_option = next((at for at, one in enumerate(arguments) if one.startswith("-")), len(arguments))
    chosen, options = env.parameters(arguments[:first_option]), arguments[first_option:]
    architecture = chosen["Architecture"]
    if not is_built and subprocess.run(["make", "build", f"ARCH={architecture}"], cwd=ROOT).returncode != 0:
        die("the functions could not be built", "see the messages above")
    is_protected = chosen["DeletionProtection"] == "true"
    if is_protected and not chosen["AlarmEmail"]:
        warn("nobody is told of alarms", f'PARAMETERS="AlarmEmail=…", or subscribe to the topic {env.stack}-alarms')
    region = options[options.index("--region") + 1] if "--region" in options else env.settings["region"]
    cloudformation = env.cloudformation(region)
    if is_protected and deployed(cloudformation, env.stack) is None:
        # A first deployment that fails is taken back, and protected tables cannot be.
        sam_deploy(env, chosen | {"DeletionProtection": "false"}, options)
    sam_deploy(env, chosen, options)
    cloudformation.update_termination_protection(StackName=env.stack, EnableTerminationProtection=is_protected)


def delete(env: Environment, options: list[str]):
    """Deletes a stack only if all of it can be: CloudFormation would delete the functions and addresses first, and stop at what it cannot."""
    region = env.settings["region"]
    found = deployed(env.cloudformation(region), env.stack)
    if found is None:
        die(f"there is no stack {env.stack} in {region}", "samconfig.toml has its name and region")
    protection = {one["ParameterKey"]: one.get("ParameterValue") for one in found.get("Parameters", [])}.get("DeletionProtection")
    if protection != "false":
        die(f"{env.stack} is protected", f'make deploy ENV={env.name} PARAMETERS="DeletionProtection=false", if it is really to go')
    bucket = next(one["OutputValue"] for one in found["Outputs"] if one["OutputKey"] == "ArchiveBucket")
    if boto3.client("s3", region_name=region).list_objects_v2(Bucket=bucket, MaxKeys=1).get("KeyCount", 0) > 0:
        die(f"the archive {bucket} is not empty, and S3 deletes no such bucket", f"aws s3 rm --recursive s3://{bucket}/, if it is really to go")
    sam("delete", "--config-env", env.name, *options)


def main():
    if len(sys.argv) < 2:
        die("no environment", "make deploy ENV=dev, or tools/deploy.py ENV [Name=Value…]")
    env, arguments = Environment(sys.argv[1]), sys.argv[2:]
    if "--delete" in arguments:
        delete(env, [one for one in arguments if one != "--delete"])
    else:
        deploy(env, arguments)


if __name__ == "__main__":
    main()
