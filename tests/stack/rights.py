"""Each function works with its role, and fails when any one of the role's actions is taken away.

So nothing is granted that is not used, as far as the emulator asks policies at all: what it does not ask stands in `NOT_ASKED`, with the reason, and
is compared with the binaries by tests/template. Every action of every statement is in one of the two.
"""

import copy
import json
import secrets
import time

from deployed import Deployed
from emulator import ROOT, until
from template import many, named, role_of, statements

MINUTE = 60_000
FUNCTIONS = ("Authorize", "Script", "Ingest", "Archive", "Builder")

NOT_ASKED = {
    "TablesKey": "the emulator does not encrypt tables",
    "ArchiveKey": "the emulator takes any key for an object and does not ask for rights on it",
    "ReadUnderTenantsKeys": "likewise",
    "ReadUnderSharedKey": "likewise",
    "Log": "the emulator writes logs itself",
    "TakeTasks": "the emulator takes messages off the queue itself",
    "QueueTasks": "the emulator asks for sqs:SendMessageBatch instead, which AWS does not have; granted here",
}


def fresh() -> str:
    """A name that nothing has remembered."""
    return f"p{secrets.token_hex(6)}"


class Calls:
    """The functions, called with events as their callers make them."""

    def __init__(self, stack: Deployed):
        self.stack = stack
        self.functions = stack.aws.client("lambda")
        self.dynamodb = stack.aws.client("dynamodb")
        self.s3 = stack.aws.client("s3")

    def __call__(self, function: str, event: dict) -> tuple[dict, bool]:
        """Its answer, and whether it is a failure."""
        done = self.functions.invoke(FunctionName=f"{self.stack.name}-{function}", Qualifier="live", Payload=json.dumps(event))
        return json.loads(done["Payload"].read()), "FunctionError" in done

    @staticmethod
    def event(name: str) -> dict:
        return json.loads((ROOT / "events" / f"{name}.json").read_text())

    # The gateway's

    def authorize(self) -> bool:
        event = self.event("authorize-connect")
        event["queryStringParameters"]["world"] = fresh()
        answer, _ = self("authorize", event)
        # No world has that key. Only the table knows that, so it was asked.
        return answer["context"]["code"] == "unknown_key"

    def script(self) -> bool:
        event = self.event("script-get")
        event["rawPath"] = f"/js/world/{fresh()}.js"
        answer, _ = self("script", event)
        return answer["statusCode"] == 404

    def of(self, name: str, tenant: str, at_ms: int) -> dict:
        """A WebSocket's event as of a moment, for a tenant."""
        event = self.event(name)
        context = event["requestContext"]
        context["requestTimeEpoch"] = at_ms
        context["connectionId"] = fresh()
        context["authorizer"] |= {"tenant": tenant, "world": "probe", "admitted": str(at_ms)}
        if "body" in event:
            body = json.loads(event["body"])
            body["session"] = ulid(at_ms)
            event["body"] = json.dumps(body)
        return event

    def batch(self, tenant: str | None = None, at_ms: int | None = None) -> bool:
        answer, _ = self("ingest", self.of("ingest-batch", tenant or fresh(), at_ms or now_ms()))
        return json.loads(answer["body"])["type"] == "ack"

    def connect(self) -> bool:
        answer, _ = self("ingest", self.of("ingest-connect", fresh(), now_ms()))
        return answer["statusCode"] == 200

    def disconnect(self) -> bool:
        tenant = fresh()
        event = self.of("ingest-connect", tenant, now_ms())
        self("ingest", event)
        event["requestContext"] |= {"eventType": "DISCONNECT", "routeKey": "$disconnect"}
        self("ingest", event)
        key = {"pk": {"S": f"{tenant}#probe"}, "sk": {"S": event["requestContext"]["connectionId"]}}
        return "Item" not in self.dynamodb.get_item(TableName=f"{self.stack.name}-connections", Key=key)

    # The archive's

    def dispatch(self) -> bool:
        # With something to queue, or nothing is sent.
        assert self.batch(fresh(), now_ms() - 60 * MINUTE)
        answer, failed = self("archive", {"run": "dispatch", "all": True})
        return not failed and answer["windows"] > 0 and answer["queued"] == answer["windows"]

    def archive(self, tenant: str | None = None, damaged: bool = False) -> bool:
        """A closed window of a batch, archived as the queue has it done."""
        tenant, at_ms = tenant or fresh(), now_ms() - 60 * MINUTE
        window = at_ms // 300_000
        if damaged:
            self.put_marker(tenant, window)
            item = {"pk": {"S": f"{tenant}#probe#{window}#0"}, "sk": {"B": secrets.token_bytes(24)}, "b": {"B": b"\x63odd"}}
            self.dynamodb.put_item(TableName=f"{self.stack.name}-events", Item=item)
        else:
            assert self.batch(tenant, at_ms)
        task = {"tenant": tenant, "world": "probe", "window": window}
        answer, failed = self("archive", {"Records": [{"messageId": "m", "body": json.dumps(task)}]})
        return not failed and answer["batchItemFailures"] == []

    def put_marker(self, tenant: str, window: int):
        """Where ingest would put it: one of sixteen places, by a hash (shared/store/src/key.rs)."""
        place = 0xCBF29CE484222325
        for byte in f"{tenant}#probe#{window}#0".encode():
            place = ((place ^ byte) * 0x100000001B3) % 2**64
        item = {"pk": {"S": f"pending#{(place >> 32) % 16:02}"}, "sk": {"S": f"{window:010}#{tenant}#probe"}}
        self.dynamodb.put_item(TableName=f"{self.stack.name}-control", Item=item)

    # The builder's

    def plan(self) -> bool:
        _, failed = self("builder", {"step": "plan", "full": False})
        return not failed

    def build(self, tenant: str) -> bool:
        """All steps of a build, in the state machine's order."""
        state = {"tenant": tenant, "world": "probe", "full": True}
        for step, over in (("snapshot", "inventory"), ("catalog", "count"), ("publish", None)):
            answer, failed = self("builder", state | {"step": step})
            if failed:
                return False
            for partition in answer.get("partitions", []):
                _, failed = self("builder", answer["build"] | {"step": over, "partition": partition})
                if failed:
                    return False
            state = answer.get("build", state)
        return True

    def world(self, tenant: str):
        """A world with two sessions in its archive, which is what its k asks for."""
        settings = self.stack.aws.scratch / "probe.json"
        settings.write_text('{"k": 2, "eu_visitors": false}')
        self.stack.put_world(f"{tenant}/probe", settings)
        for _ in range(2):
            assert self.archive(tenant)
        return tenant

    def expire(self, tenant: str) -> bool:
        """A build that finds a file of a day that is not retained any more."""
        key = f"tenant={tenant}/world=probe/events/date=2020-01-01/part=00/{fresh()}.parquet"
        under = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": f"alias/testgram/{self.stack.name}/{tenant}"}
        self.s3.put_object(Bucket=self.stack.outputs["ArchiveBucket"], Key=key, Body=b"old", **under)
        return self.build(tenant) and self.stack.objects(key) == []


def now_ms() -> int:
    return int(time.time() * 1000)


def ulid(at_ms: int) -> str:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = at_ms << 80 | secrets.randbits(80)
    return "".join(alphabet[number >> shift & 31] for shift in range(125, -1, -5))


def probes(calls: Calls) -> dict:
    """For every action of every statement a call that needs it, and says whether it worked."""
    tenant = calls.world(fresh())
    # A world without a session has its model withdrawn.
    empty = fresh()
    calls.stack.put_world(f"{empty}/probe", calls.stack.aws.scratch / "probe.json")

    def build() -> bool:
        return calls.build(tenant)

    return {
        ("Authorize", "FindWorlds", "dynamodb:GetItem"): calls.authorize,
        ("Script", "FindWorlds", "dynamodb:GetItem"): calls.script,
        ("Ingest", "PutBatches", "dynamodb:PutItem"): calls.batch,
        ("Ingest", "PutMarkers", "dynamodb:PutItem"): calls.batch,
        ("Ingest", "RememberConnections", "dynamodb:PutItem"): calls.connect,
        ("Ingest", "RememberConnections", "dynamodb:DeleteItem"): calls.disconnect,
        ("Archive", "FindAndDeleteMarkers", "dynamodb:Query"): calls.dispatch,
        ("Archive", "FindAndDeleteMarkers", "dynamodb:GetItem"): calls.archive,
        ("Archive", "FindAndDeleteMarkers", "dynamodb:DeleteItem"): calls.archive,
        ("Archive", "RequestRebuilds", "dynamodb:PutItem"): calls.archive,
        ("Archive", "ReadBatches", "dynamodb:Query"): calls.archive,
        ("Archive", "PutFiles", "s3:PutObject"): calls.archive,
        ("Archive", "PutFiles", "s3:PutObject", "quarantine"): lambda: calls.archive(damaged=True),
        ("Builder", "FindRebuildRequests", "dynamodb:Query"): calls.plan,
        ("Builder", "RequestsRecordsAndPointers", "dynamodb:GetItem"): build,
        ("Builder", "PutRequestsAndPointers", "dynamodb:PutItem"): build,
        ("Builder", "RequestsRecordsAndPointers", "dynamodb:DeleteItem"): lambda: calls.build(empty),
        ("Builder", "ReadFiles", "s3:GetObject"): build,
        ("Builder", "KeepAndPublish", "s3:PutObject"): build,
        ("Builder", "Forget", "s3:DeleteObject"): lambda: calls.expire(tenant),
        ("Builder", "ListWorlds", "s3:ListBucket"): build,
    }


class Role:
    """The role of a function as it is deployed, from which an action can be taken."""

    def __init__(self, stack: Deployed, function: str):
        self.iam = stack.aws.client("iam")
        resources = stack.aws.client("cloudformation")
        found = resources.describe_stack_resource(StackName=stack.name, LogicalResourceId=f"{function}Role")
        self.name = found["StackResourceDetail"]["PhysicalResourceId"]
        self.policy = function.lower()
        got = self.iam.get_role_policy(RoleName=self.name, PolicyName=self.policy)["PolicyDocument"]
        self.whole = json.loads(got) if isinstance(got, str) else got

    def put(self, document: dict):
        self.iam.put_role_policy(RoleName=self.name, PolicyName=self.policy, PolicyDocument=json.dumps(document))

    def without(self, sid: str, action: str) -> dict:
        document = copy.deepcopy(self.whole)
        statement = next(one for one in document["Statement"] if one["Sid"] == sid)
        left = [one for one in many(statement["Action"]) if one != action]
        assert len(left) == len(many(statement["Action"])) - 1, f"{sid} has no {action}"
        if left:
            statement["Action"] = left
        else:
            document["Statement"].remove(statement)
        return document


def grant_batches(stack: Deployed):
    """AWS asks for sqs:SendMessage of who sends a batch. The emulator asks for an action of its own."""
    role = Role(stack, "Archive")
    batches = {"Sid": "Emulator", "Effect": "Allow", "Action": "sqs:SendMessageBatch", "Resource": "*"}
    stack.aws.client("iam").put_role_policy(
        RoleName=role.name, PolicyName="emulator", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [batches]})
    )


# What the store's calls are logged as, where it is not the action's own name.
LOGGED = {"ControlTable": "control", "EventsTable": "events", "ConnectionsTable": "connections", "ArchiveBucket": "bucket", "ListBucket": "ListObjectsV2"}


def denials(stack: Deployed, function: str, statement: dict, action: str) -> int:
    """How often a function has logged that just this was denied to it."""
    verb = action.split(":")[1]
    resource, _ = named(many(statement["Resource"])[0])
    logged = f'"action":"{LOGGED[resource]}:{LOGGED.get(verb, verb)}","code":"AccessDenied'
    return sum(logged in line for group, line in stack.log_lines() if group.endswith(f"/{function.lower()}"))


def forget(stack: Deployed, tenant: str):
    """Deletes what was left behind where a right was missing, so that no schedule stumbles over it: markers and requests of all but `tenant`."""
    table = f"{stack.name}-control"
    for item in stack.items("control"):
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if pk.startswith(("pending#", "rebuild#")) and tenant not in sk.split("#"):
            stack.aws.client("dynamodb").delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    machine = stack.aws.client("stepfunctions")
    running = {"stateMachineArn": stack.outputs["BuildsMachine"], "statusFilter": "RUNNING"}
    until(120, "builds of probes end", lambda: not machine.list_executions(**running)["executions"])


def check(stack: Deployed, tenant: str) -> str:
    calls = Calls(stack)
    tried = probes(calls)
    of = {(function, one["Sid"], action): one for function in FUNCTIONS for one in statements(role_of(function)) for action in many(one["Action"])}
    assert NOT_ASKED.keys() <= {sid for _, sid, _ in of}, "the template has other statements"
    asked = {grant for grant in of if grant[1] not in NOT_ASKED}
    known = {key[:3] for key in tried}
    assert asked == known, f"not tried: {asked - known}, not granted: {known - asked}"
    for (function, sid, action, *_), works in tried.items():
        role, grant = Role(stack, function), of[function, sid, action]
        assert works(), f"{function} does not work with its role ({sid})"
        before = denials(stack, function, grant, action)
        role.put(role.without(sid, action))
        try:
            assert not works(), f"{function} does not need {action} of {sid}"

            def denied() -> bool:
                return denials(stack, function, grant, action) > before

            # The emulator collects a function's last lines with its next call, where the machine was too busy for them.
            until(60, f"{function} is denied {action} of {sid}, and does not fail for another reason", lambda: denied() or (not works() and denied()))
        finally:
            role.put(role.whole)
        assert works(), f"{function} works again with its role ({sid})"
    forget(stack, tenant)
    left = ", ".join(f"{sid} ({why})" for sid, why in NOT_ASKED.items())
    return f"{len(tried)} rights of five roles: with all of them the functions work, without any one they are denied it. Not asked here: {left}"
