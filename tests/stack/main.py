"""The template as `make deploy` deploys it, with the functions as `make build` builds them, driven from a browser:

snippet in Chromium → WebSocket → functions → DynamoDB → schedule → archive → S3 → schedule → state machine → model.

The emulator asks the roles' policies throughout. usage: main.py <architecture> (that of this machine: x86_64 or arm64)
"""

import json
import signal
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from botocore.exceptions import ClientError

import rights
from deployed import Deployed
from emulator import Emulator, until

VISITS = 8
TENANT, WORLD = "acme", "shop"
PREFIX = f"tenant={TENANT}/world={WORLD}/"

# What is not made here, and nothing else.
MISSING = {
    "ArchiveQueuePolicy": "AWS::SQS::QueuePolicy",
    "ArchiveDeadLettersPolicy": "AWS::SQS::QueuePolicy",
    "ScheduleDeadLettersPolicy": "AWS::SQS::QueuePolicy",
    "BatchReply": "AWS::ApiGatewayV2::RouteResponse",
    "DefaultReply": "AWS::ApiGatewayV2::RouteResponse",
    "AccessLogWriter": "AWS::IAM::Role",
    "AccountAccessLog": "AWS::ApiGateway::Account",
    "AlarmSubscription": "AWS::SNS::Subscription",
}


def say(text: str):
    print(f"  {text}", flush=True)


def refused_elsewhere(stack: Deployed):
    """Outside the United States nothing is deployed."""
    refused = stack.make_deploy("--region", "eu-central-1")
    assert refused.returncode == 1 and "samconfig.toml's to say" in refused.stderr, refused.stderr
    # Nor does it help to go past that.
    past = ["sam", "deploy", "--config-env", "dev", "--region", "eu-central-1", "--no-progressbar", "--parameter-overrides", "Target=emulator"]
    done = stack.aws.run(*past, check=False)
    output = done.stdout + done.stderr
    assert done.returncode != 0 and "UsRegionsOnly" in output, output[-3000:]
    buckets = [bucket["Name"] for bucket in stack.aws.client("s3").list_buckets()["Buckets"] if stack.name in bucket["Name"]]
    assert buckets == [], buckets
    say("eu-central-1 is refused, by the rule UsRegionsOnly")


def deployed(stack: Deployed):
    began = time.monotonic()
    # As production is: in two goes, the second of which turns protection on.
    stack.deploy(DeletionProtection="true")
    say(f"deployed in {time.monotonic() - began:.0f} s: {stack.outputs['SocketUrl']}")
    missing = stack.missing()
    assert missing == MISSING, missing
    say("not deployed here, as the emulator refuses it or no parameter asks for it: " + ", ".join(f"{name} ({kind})" for name, kind in missing.items()))
    refused = stack.aws.run("tools/deploy.py", "dev", "--delete", "--no-prompts", check=False)
    assert refused.returncode == 1 and "is protected" in refused.stderr, refused.stderr
    table = stack.aws.client("dynamodb").describe_table(TableName=f"{stack.name}-control")["Table"]
    assert table["DeletionProtectionEnabled"] is True
    say("protected: make delete says so, and deletes nothing")
    # Where browsers are to connect is known only now. And so a change of a deployed stack is tried, too.
    stack.deploy(Socket=stack.socket)
    assert stack.outputs["SocketUrl"] == stack.socket
    say("changed in place: another address for the socket")
    rights.grant_batches(stack)


def made_world(stack: Deployed) -> str:
    settings = stack.aws.scratch / "settings.json"
    settings.write_text('{"origins": ["http://127.0.0.1:*"], "eu_visitors": false, "k": 2}')
    made = stack.put_world(f"{TENANT}/{WORLD}", settings)
    assert made["made"] == ["tenant_key", "world"], made
    again = stack.put_world(f"{TENANT}/{WORLD}")
    assert (again["made"], again["key"], again["settings"]) == ([], made["key"], made["settings"])
    kms = stack.aws.client("kms")
    key = kms.describe_key(KeyId=f"alias/testgram/{stack.name}/{TENANT}")["KeyMetadata"]
    assert key["KeyState"] == "Enabled" and kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    say("tg world put made a world, and its tenant a key that is rotated")
    return made["key"]


def served(stack: Deployed, key: str):
    status, headers, body = stack.get(stack.script(key))
    assert status == 200 and f'"key":"{key}"'.encode() in body and stack.socket.encode() in body, status
    assert "set-cookie" not in headers and headers["access-control-allow-origin"] == "*"
    status, _, body = stack.get(stack.script(key), "HEAD")
    assert (status, body) == (200, b"")
    assert stack.get(stack.script("nobodyskey"))[0] == 404
    assert stack.get(stack.script(key), "POST")[0] == 404, "the API has no such route"
    say("the script is served with its world's settings; an unknown key is not found")


def visited(stack: Deployed, key: str) -> dict:
    node = Path(sys.executable).with_name("node")
    done = stack.aws.run(node, "tests/stack/visit.ts", stack.script(key), str(VISITS))
    seen = json.loads(done.stdout)
    for visit in seen["visits"]:
        assert visit["errors"] == [] and visit["rejected"] == [], visit
        assert len(visit["acked"]) > 1 and len({session for session, _, _ in visit["acked"]}) == 1, visit
    # One that was sent again, as its page had gone before it read the acknowledgement, is acknowledged again.
    seen["acked"] = {(session, seq): events for visit in seen["visits"] for session, seq, events in visit["acked"]}
    say(f"{VISITS} visits in Chromium: {len(seen['acked'])} batches of {sum(seen['acked'].values())} events acknowledged")
    return seen


def buffered(stack: Deployed):
    partitions = {item["pk"]["S"] for item in stack.items("events")}
    assert partitions and all(pk.startswith(f"{TENANT}#{WORLD}#") for pk in partitions), partitions
    markers = [item["sk"]["S"] for item in stack.items("control") if item["pk"]["S"].startswith("pending#")]
    assert markers and all(marker.endswith(f"#{TENANT}#{WORLD}") for marker in markers), markers
    say("batches stand in the buffer under their tenant, and their window is pending")


def encrypted(stack: Deployed, keys: list[str]):
    s3, bucket = stack.aws.client("s3"), stack.outputs["ArchiveBucket"]
    for key in keys:
        head = s3.head_object(Bucket=bucket, Key=key)
        expected = ("aws:kms", f"alias/testgram/{stack.name}/{key.split('/')[0].removeprefix('tenant=')}")
        assert (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId")) == expected, (key, head)


def archive_text(stack: Deployed) -> str:
    """All that the archive's files say, as their owner reads them."""
    return "\n".join(str(row) for row in duckdb.sql(f"SELECT * FROM {parquet(stack)}").fetchall())


def parquet(stack: Deployed) -> str:
    """The archive's files, fetched, for DuckDB."""
    names = []
    for key in stack.objects(f"{PREFIX}events/"):
        file = stack.aws.scratch / key.replace("/", "_")
        stack.aws.client("s3").download_file(stack.outputs["ArchiveBucket"], key, str(file))
        names.append(f"'{file}'")
    return f"read_parquet([{', '.join(names)}])"


def archived(stack: Deployed, acked: dict[tuple[str, int], int]):
    """Every event that was acknowledged, each once."""

    def batches() -> dict[tuple[str, int], int]:
        if not stack.objects(f"{PREFIX}events/"):
            return {}
        rows = f"SELECT DISTINCT session, seq, fingerprint, index FROM {parquet(stack)} WHERE kind <> 'meta'"
        counted = duckdb.sql(f"SELECT session, seq, count(*) FROM ({rows}) GROUP BY ALL").fetchall()
        return {(session, seq): events for session, seq, events in counted}

    # A window is closed seven minutes after it began, and the schedule comes every minute.
    until(9 * 60, "the schedule archives the windows", lambda: acked.keys() <= batches().keys(), every=5)
    found = batches()
    assert all(found[batch] == events for batch, events in acked.items()), (found, acked)
    encrypted(stack, stack.objects(f"{PREFIX}events/"))
    say(f"the schedule archived them all, as DuckDB counts them in {sum(found.values())} events of Parquet, under SSE-KMS with the tenant's key")


def modelled(stack: Deployed) -> dict:
    def pointer():
        key = {"pk": {"S": TENANT}, "sk": {"S": f"model#{WORLD}"}}
        return stack.aws.client("dynamodb").get_item(TableName=f"{stack.name}-control", Key=key).get("Item")

    def model():
        found = pointer()
        if not found:
            return None
        key = f"{PREFIX}models/{found['version']['S']}/model.json"
        body = stack.aws.client("s3").get_object(Bucket=stack.outputs["ArchiveBucket"], Key=key)["Body"].read()
        document = json.loads(body)
        # A model that was built before the last window was archived is not the last: the next build follows.
        return document if {"/", "/list", "/join"} <= {page["page"] for page in document["pages"]} else None

    document = until(4 * 60, "the schedule builds a model", model, every=3)
    encrypted(stack, [key for key in stack.objects(PREFIX) if "/partials/" in key or "/models/" in key])
    machine = stack.aws.client("stepfunctions")
    arn = stack.outputs["BuildsMachine"]
    runs = machine.list_executions(stateMachineArn=arn)["executions"]
    assert {run["status"] for run in runs} <= {"SUCCEEDED", "RUNNING"}, runs
    say(f"the state machine built a model: {document['sessions']['support']} sessions with noise, {len(document['pages'])} pages, in one of {len(runs)} runs")
    return document


def errors(stack: Deployed) -> list[str]:
    return [line for _, line in stack.log_lines() if '"level":"ERROR"' in line]


def told_nobody(stack: Deployed, seen: dict, key: str):
    """What people typed and read is nowhere, and keys are in no log."""
    lines = stack.log_lines()
    assert any('"EventsAccepted"' in line for _, line in lines), "the functions' lines are in the logs"
    logs = "\n".join(line for _, line in lines)
    archive = archive_text(stack)
    s3, bucket = stack.aws.client("s3"), stack.outputs["ArchiveBucket"]
    names = [name for name in stack.objects() if not name.endswith(".parquet")]
    # What is compressed says nothing here; what was acknowledged stands in the archive, too, and is read there.
    objects = [s3.get_object(Bucket=bucket, Key=name)["Body"].read().decode("latin-1") for name in names]
    texts = [logs, archive, *objects, *(json.dumps(stack.items(table), default=str) for table in ("control", "connections"))]
    # That it would be found where it is: what may stand there does.
    assert "/join" in archive and any("/join" in text for text in objects) and "EventsAccepted" in logs
    for planted in ("jane.roe", "planted", "Planted Roe", "2025550147", "202 555"):
        assert all(planted not in text for text in texts), f"{planted} has been found"
    assert key not in logs, "a world's key stands in a log"
    say(f"nothing of what was typed or read stands in {len(lines)} log lines, two tables, the archive's rows and {len(names)} other objects")


def guarded(stack: Deployed):
    """The bucket's own policy refuses puts without KMS, also from a user whom IAM allows everything in S3."""
    iam = stack.aws.client("iam")
    iam.create_user(UserName="admin")
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="admin", PolicyName="anything", PolicyDocument=json.dumps(anything))
    key = iam.create_access_key(UserName="admin")["AccessKey"]
    s3 = stack.aws.client("s3", (key["AccessKeyId"], key["SecretAccessKey"]))
    bucket, name = stack.outputs["ArchiveBucket"], "odd"
    for sse in ({}, {"ServerSideEncryption": "AES256"}):
        try:
            s3.put_object(Bucket=bucket, Key=name, Body=b"x", **sse)
        except ClientError as refused:
            assert refused.response["Error"]["Code"] == "AccessDenied", refused
        else:
            raise AssertionError(f"a put with {sse or 'no encryption'} was taken")
    s3.put_object(Bucket=bucket, Key=name, Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=f"alias/testgram/{stack.name}/{TENANT}")
    s3.delete_object(Bucket=bucket, Key=name)
    say("the bucket refuses puts that are not under KMS")


def costs(stack: Deployed) -> str:
    """What tools/cost takes from here."""
    lines = [line for group, line in stack.log_lines() if group.endswith("/ingest") and '"EventsAccepted"' in line]
    latencies = sorted(json.loads(line)["Latency"] for line in lines)
    return f"a batch's line of log has {sum(map(len, lines)) / len(lines):.0f} bytes; ingest takes {latencies[len(latencies) // 2]:.1f} ms (median)"


def deleted(stack: Deployed):
    """As `make delete`, which deletes nothing as long as something is in the archive."""
    s3, bucket = stack.aws.client("s3"), stack.outputs["ArchiveBucket"]
    refused = stack.aws.run("tools/deploy.py", "dev", "--delete", "--no-prompts", check=False)
    assert refused.returncode == 1 and "is not empty" in refused.stderr, refused.stderr

    def gone() -> bool:
        for key in stack.objects():
            s3.delete_object(Bucket=bucket, Key=key)
        done = stack.aws.run("tools/deploy.py", "dev", "--delete", "--no-prompts", check=False)
        # A build that began on the way, since the visits stood in two windows, has written something again.
        if "is not empty" in done.stderr:
            return False
        assert done.returncode == 0, done.stderr
        return True

    until(300, "the stack is deleted", gone)
    stacks = stack.aws.client("cloudformation").list_stacks()["StackSummaries"]
    left = [one["StackStatus"] for one in stacks if one["StackName"] == stack.name and one["StackStatus"] != "DELETE_COMPLETE"]
    assert left == [], left
    tables = [name for name in stack.aws.client("dynamodb").list_tables()["TableNames"] if name.startswith(stack.name)]
    assert tables == [], tables
    say("and deleted")


def main():
    # A SIGTERM ends the emulator and its functions, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="testgram-stack-") as folder, Emulator(Path(folder)) as aws:
        stack = Deployed(aws, sys.argv[1])
        try:
            refused_elsewhere(stack)
            deployed(stack)
            key = made_world(stack)
            served(stack, key)
            seen = visited(stack, key)
            buffered(stack)
            # While the visits' window is still open.
            assert errors(stack) == []
            say(rights.check(stack, TENANT))
            of_rights = errors(stack)
            assert of_rights, "a missing right raises an alarm"
            guarded(stack)
            archived(stack, seen["acked"])
            modelled(stack)
            assert errors(stack) == of_rights, "no alarm without a reason"
            told_nobody(stack, seen, key)
            say(costs(stack))
            say("peak memory, MB: " + ", ".join(f"{name.removeprefix(stack.name + '-')} {mb}" for name, mb in sorted(aws.peak_memory().items())))
            deleted(stack)
        except BaseException:
            lines = aws.log.read_text().splitlines()
            print("\n".join(lines[-30:]), file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
