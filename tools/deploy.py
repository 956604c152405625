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

try:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
    from samcli.yamlhelper import yaml_parse
except ImportError:
    sys.exit("error: SAM is not on the PATH\n hint: make deploy ENV=…, which puts it there (.tools/venv)")

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
        """All of the template: as given, or as in samconfig.toml, or as the template's default is. A parameter that a deployment leaves out keeps its old value on AWS, so none is left out."""
        chosen = {name: str(of.get("Default", "")) for name, of in yaml_parse((ROOT / "template.yaml").read_text())["Parameters"].items()}
        for pair in [*self.settings["parameter_overrides"], *given]:
            name, equals, value = pair.partition("=")
            if not equals or name not in chosen:
                die(f"{pair!r} is not Name=Value of a parameter", "the parameters stand at the top of template.yaml")
            chosen[name] = value
        return chosen


class Aws:
    """What is asked of AWS beside what SAM asks."""

    def __init__(self, env: Environment):
        self.stack, self.region = env.stack, env.settings["region"]

    def ask(self, service: str, call: str, **arguments):
        """A call's answer; None where there is no such stack."""
        try:
            return getattr(boto3.client(service, region_name=self.region), call)(**arguments)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            die(f"AWS refuses {service} {call}: {error.response['Error']['Code']}", "see that the credentials are those of the stack's account")
        except BotoCoreError as error:
            die(f"AWS cannot be asked: {error}", "set AWS_PROFILE, or other credentials that the AWS tools take")

    def deployed(self) -> dict | None:
        """The stack as AWS has it; None if it never was more than a plan."""
        found = self.ask("cloudformation", "describe_stacks", StackName=self.stack)
        stack = found["Stacks"][0] if found else None
        return None if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack


def is_protected(stack: dict) -> bool:
    """By the parameter that it was deployed under, whatever samconfig.toml says now."""
    return {one["ParameterKey"]: one.get("ParameterValue") for one in stack.get("Parameters", [])}.get("DeletionProtection") == "true"


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
        # stay with the old version. So a digest of the parameters lies beside the code.
        (folder / "parameters").write_text(digest + "\n")
    pairs = [f'{name}="{value}"' for name, value in chosen.items()]
    sam("deploy", "--config-env", env.name, *options, "--parameter-overrides", *pairs)


def deploy(env: Environment, arguments: list[str]):
    is_built = "--built" in arguments
    arguments = [one for one in arguments if one != "--built"]
    first_option = next((at for at, one in enumerate(arguments) if one.startswith("-")), len(arguments))
    chosen, options = env.parameters(arguments[:first_option]), arguments[first_option:]
    is_to_be_protected = chosen["DeletionProtection"] == "true"
    if is_to_be_protected and not chosen["AlarmEmail"]:
        warn("alarms reach no one", f'PARAMETERS="AlarmEmail=…", or subscribe to the topic {env.stack}-alarms')
    # Before minutes of building: whether AWS can be asked at all, and would take it.
    aws = Aws(env)
    before = aws.deployed()
    if before is not None and before["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        die(f"{env.stack} is {before['StackStatus']}, and can only be deleted", f"make delete ENV={env.name}, then deploy again")
    architecture = chosen["Architecture"]
    if not is_built and subprocess.run(["make", "build", f"ARCH={architecture}"], cwd=ROOT).returncode != 0:
        die("the functions could not be built", "see the messages above")
    if is_to_be_protected and before is None:
        # A first deployment that fails is taken back, and protected tables cannot be.
        sam_deploy(env, chosen | {"DeletionProtection": "false"}, options)
        if aws.deployed() is None:
            die(f"{env.stack} was not deployed", "the changes were not agreed to")
    sam_deploy(env, chosen, options)
    after = aws.deployed()
    # SAM also exits with 0 when the user has declined the changes.
    if after is None or after["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        die(f"{env.stack} is not deployed", "see the messages above")
    protection = {"StackName": env.stack, "EnableTerminationProtection": is_protected(after)}
    aws.ask("cloudformation", "update_termination_protection", **protection)


def delete(env: Environment, options: list[str]):
    """Deletes a stack only if all of it can be: CloudFormation would delete the functions and addresses first, and stop at what it cannot."""
    aws = Aws(env)
    found = aws.deployed()
    if found is None:
        die(f"there is no stack {env.stack} in {aws.region}", "samconfig.toml has its name and region")
    if is_protected(found):
        die(f"{env.stack} is protected", f'make deploy ENV={env.name} PARAMETERS="DeletionProtection=false", if it is really to go')
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
    # One that never came to be deployed has none.
    bucket = outputs.get("ArchiveBucket")
    if bucket and aws.ask("s3", "list_objects_v2", Bucket=bucket, MaxKeys=1).get("KeyCount", 0) > 0:
        die(f"the archive {bucket} is not empty, and S3 deletes no such bucket", f"aws s3 rm --recursive s3://{bucket}/, if it is really to go")
    sam("delete", "--config-env", env.name, *options)


def main():
    if len(sys.argv) < 2:
        die("no environment", "make deploy ENV=dev, or tools/deploy.py ENV [Name=Value…]")
    env, arguments = Environment(sys.argv[1]), sys.argv[2:]
    for option in arguments:
        if option.split("=")[0] in ("--region", "--stack-name", "--config-env", "--parameter-overrides"):
            die(f"{option.split('=')[0]} is samconfig.toml's to say", "change it there, or add an environment")
    if "--delete" in arguments:
        delete(env, [one for one in arguments if one != "--delete"])
    else:
        deploy(env, arguments)


if __name__ == "__main__":
    main()
