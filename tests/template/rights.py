"""Roles hold exactly the actions that the code of their functions can call.

What the code can call is read off the compiled functions: every call of the store is made with a literal such as "control:PutItem", and the linker
keeps of these only what can be reached. Two checks hold the literals to the truth: that each names the call and the table that it stands beside in the
source, and that a binary has the SDK's own names of just these operations (`DynamoDB_20120810.PutItem`, `aws_sdk_s3::operation::put_object`).
"""

import re

import botocore.session

from template import FUNCTIONS, RESOURCES, ROOT, many, named, role_of, statements

TABLES = {"control": "ControlTable", "events": "EventsTable", "connections": "ConnectionsTable"}
WORDS = (*TABLES, "bucket", "queue")

# Where IAM calls it otherwise than the API, or the store otherwise than the SDK.
IAM = {"s3:ListObjectsV2": "s3:ListBucket", "sqs:SendMessageBatch": "sqs:SendMessage"}
# Of many, for which S3 asks for the same right.
ALIKE = {"DeleteObjects": "DeleteObject"}
# What every client of S3 has in it: the handshake with S3 Express, which is never asked for a bucket of ours.
ALWAYS = {"CreateSession"}


def operations(service: str) -> list[str]:
    """All that a service can be asked, as AWS's own models have it."""
    return botocore.session.get_session().get_service_model(service).operation_names


DYNAMODB, S3, SQS = operations("dynamodb"), operations("s3"), operations("sqs")


def snake(operation: str) -> str:
    """As the SDK names its modules and methods: list_objects_v2."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", operation).lower()


def literals(binary: bytes, before: str, names: list[str]) -> set[str]:
    """The names that stand after `before`, the longest that fits: in a binary nothing stands between two literals."""
    longest = sorted(names, key=len, reverse=True)
    pattern = re.escape(before) + "(" + "|".join(longest) + ")"
    return {found.decode() for found in re.findall(pattern.encode(), binary)}


def calls(binary: bytes) -> set[tuple[str, str]]:
    """(action, resource) of every call that the code can make."""
    found = set()
    for word, table in TABLES.items():
        found |= {(f"dynamodb:{verb}", table) for verb in literals(binary, f"{word}:", DYNAMODB)}
    found |= {(f"s3:{verb}", "ArchiveBucket") for verb in literals(binary, "bucket:", S3)}
    found |= {(f"sqs:{verb}", "ArchiveQueue") for verb in literals(binary, "queue:", SQS)}
    return found


def check_literals(function: str, binary: bytes, found: set[tuple[str, str]]):
    """That the literals are true, by those of the SDK."""

    def said(service: str) -> set[str]:
        return {action.split(":")[1] for action, _ in found if action.startswith(f"{service}:")}

    assert literals(binary, "DynamoDB_20120810.", DYNAMODB) == said("dynamodb"), function
    assert literals(binary, "AmazonSQS.", SQS) == said("sqs"), function
    modules = {name.decode() for name in re.findall(rb"aws_sdk_s3::operation::([a-z0-9_]+)::", binary)}
    called = {name for name in S3 if snake(name) in modules} - ALWAYS
    assert len(called) == len(modules - {snake(name) for name in ALWAYS}), f"{function}: {modules}"
    assert {ALIKE.get(name, name) for name in called} == said("s3"), function
    assert b"TrentService." not in binary, f"{function} calls KMS"


def check_sources() -> int:
    """That in the store every call of the SDK has its literal beside it, with its name and its table. No function has the operator's repositories."""
    calls_of = {snake(name): name for name in DYNAMODB + S3 + SQS}
    pattern = re.compile(r"\.(" + "|".join(sorted(calls_of, key=len, reverse=True)) + r")\(\)")
    found = 0
    for file in sorted((ROOT / "shared/store/src").rglob("*.rs")):
        if file.stem in ("admin", "tenant_key"):
            continue
        code = file.read_text().split("#[cfg(test)]")[0]
        for body in re.split(r"\n\s*(?:pub(?:\((?:crate|super)\))? )?(?:async )?fn ", code)[1:]:
            verbs = {calls_of[verb] for verb in pattern.findall(body)}
            said = {tuple(label.split(":")) for label in re.findall(rf'"((?:{"|".join(WORDS)}):\w+)"', body)}
            name = f"{file.name}, {body.split('(')[0]}"
            if body.startswith("warm"):
                # It makes a call that its repository makes elsewhere, and sorts no error.
                assert all(f'"connections:{verb}"' in code for verb in verbs) and not said, name
                continue
            if file.stem == "objects" and body.startswith("create"):
                continue  # of local mode and tests
            assert {ALIKE.get(verb, verb) for verb in verbs} == {verb for _, verb in said}, f"{name} calls {verbs} and says {said}"
            tables = set(re.findall(r"tables\.(control|events|connections)|self\.(control)\b", body))
            tables = {one or other for one, other in tables}
            if verbs & set(DYNAMODB):
                assert tables == {word for word, _ in said}, f"{name} asks {tables} and says {said}"
            found += len(verbs)
    assert found > 15, "the calls are not where they were"
    return found


def implied(found: set[tuple[str, str]], function: str) -> set[tuple[str, str]]:
    """What services do in a caller's name, and functions that a queue calls."""
    more = {("logs:CreateLogStream", f"{function}Log"), ("logs:PutLogEvents", f"{function}Log")}
    if any(action.startswith("dynamodb:") for action, _ in found):
        # For writes as well (aws/aws-cdk#10010).
        more.add(("kms:Decrypt", "StackKey via dynamodb"))
    if ("s3:PutObject", "ArchiveBucket") in found:
        more.add(("kms:GenerateDataKey", "archive's key via s3"))
    if ("s3:GetObject", "ArchiveBucket") in found:
        more.add(("kms:Decrypt", "archive's key via s3"))
    for event in FUNCTIONS[function]["Properties"].get("Events", {}).values():
        assert event["Type"] == "SQS"
        queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
        more |= {(f"sqs:{verb}", queue) for verb in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    return more


def key_of(statement: dict) -> str:
    """Which key a statement is about. It must be about no more: through one service, and of all keys of the account only those of tenants."""
    service = {"StringEquals": {"kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"}}}
    s3 = {"StringEquals": {"kms:ViaService": {"Fn::Sub": "s3.${AWS::Region}.amazonaws.com"}}}
    tenants = {"ForAnyValue:StringLike": {"kms:ResourceAliases": {"Fn::Sub": "alias/testgram/${AWS::StackName}/*"}}}
    stacks, any_key = {"Fn::GetAtt": ["StackKey", "Arn"]}, {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"}
    match statement["Resource"], statement["Condition"]:
        case resource, condition if (resource, condition) == (stacks, service):
            return "StackKey via dynamodb"
        case resource, condition if (resource, condition) in ((stacks, s3), (any_key, s3 | tenants)):
            return "archive's key via s3"
    raise AssertionError(f"a key is granted in another way: {statement}")


def granted(function: str) -> set[tuple[str, str]]:
    found = set()
    for statement in statements(role_of(function)):
        assert statement["Effect"] == "Allow" and "NotAction" not in statement and "NotResource" not in statement, statement
        for action in many(statement["Action"]):
            assert "*" not in action, f"{function}: {action}"
            for resource in many(statement["Resource"]):
                found.add((action, key_of(statement) if action.startswith("kms:") else named(resource)[0]))
    return found


def check() -> str:
    roles, many_rights, sources = set(), 0, check_sources()
    for function in FUNCTIONS:
        name = FUNCTIONS[function]["Properties"]["CodeUri"].removeprefix("target/lambda/").strip("/")
        binary = (ROOT / "target" / "lambda" / name / "bootstrap").read_bytes()
        found = calls(binary)
        assert found, f"{name} calls nothing: the literals are not where they were"
        check_literals(function, binary, found)
        wanted = {(IAM.get(action, action), resource) for action, resource in found} | implied(found, function)
        has = granted(function)
        assert has == wanted, f"{function} is granted but cannot use {has - wanted}, can call but is not granted {wanted - has}"
        many_rights += len(has)
        roles.add(role_of(function))
    assert len(roles) == len(FUNCTIONS), "functions share a role"
    for name, role in RESOURCES.items():
        if role["Type"] == "AWS::IAM::Role" and name != "AccessLogWriter":
            assert {"Ref": "UsOnly"} in role["Properties"]["ManagedPolicyArns"], name
            assert name not in roles or len(role["Properties"]["ManagedPolicyArns"]) == 1, f"{name} has rights that no check compares"
    return f"{many_rights} rights of {len(roles)} roles are those that the binaries can call, no more and no less ({sources} calls in the source)"
