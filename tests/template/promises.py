"""What the template promises beside rights, read off its text: regions, keys of tenants, encryption, what is logged.

Conditions on DynamoDB's leading key are tried here by an evaluator of our own, since no emulator at hand evaluates them: they have never run against
AWS.
"""

import re
import tomllib
from fnmatch import fnmatchcase

from template import FUNCTIONS, RESOURCES, ROOT, TABLES, TEMPLATE, many, named, of_type, role_of, statements

# A key of every form that stands in the tables (shared/store/src/key.rs), and whether it is a tenant's.
BATCH, CONNECTION, WARM, RECORD = "acme#shop#5666666#3", "acme#shop", "warm#", "acme"
WORLD_KEY, MARKER, REBUILD = "key#shopkey", "pending#07", "rebuild#03"
CONTROL = (RECORD, WORLD_KEY, MARKER, REBUILD)

# function, action, table → the keys that it is for. All others must be denied.
KEYS = {
    ("Authorize", "dynamodb:GetItem", "ControlTable"): {RECORD, WORLD_KEY},
    ("Script", "dynamodb:GetItem", "ControlTable"): {RECORD, WORLD_KEY},
    ("Ingest", "dynamodb:PutItem", "ControlTable"): {MARKER},
    ("Ingest", "dynamodb:PutItem", "EventsTable"): {BATCH},
    ("Ingest", "dynamodb:PutItem", "ConnectionsTable"): {CONNECTION, WARM},
    ("Ingest", "dynamodb:DeleteItem", "ConnectionsTable"): {CONNECTION, WARM},
    ("Archive", "dynamodb:Query", "ControlTable"): {MARKER},
    ("Archive", "dynamodb:GetItem", "ControlTable"): {MARKER},
    ("Archive", "dynamodb:DeleteItem", "ControlTable"): {MARKER},
    ("Archive", "dynamodb:PutItem", "ControlTable"): {REBUILD},
    ("Archive", "dynamodb:Query", "EventsTable"): {BATCH},
    ("Builder", "dynamodb:Query", "ControlTable"): {REBUILD},
    ("Builder", "dynamodb:GetItem", "ControlTable"): {RECORD, REBUILD},
    ("Builder", "dynamodb:PutItem", "ControlTable"): {RECORD, REBUILD},
    ("Builder", "dynamodb:DeleteItem", "ControlTable"): {RECORD, REBUILD},
}
OF_TABLE = {"ControlTable": CONTROL, "EventsTable": (BATCH,), "ConnectionsTable": (CONNECTION, WARM)}


def allows(condition: dict, key: str | None) -> bool:
    """As IAM evaluates a condition over the leading keys of a call: one key, or none (a scan)."""
    guard = condition["Null"]
    assert guard["Fn::If"][0] == "OnAws" and guard["Fn::If"][2] == {"Ref": "AWS::NoValue"}, guard
    if guard["Fn::If"][1] == {"dynamodb:LeadingKeys": "false"} and key is None:
        return False
    keys = [] if key is None else [key]
    for operator, of in condition.items():
        if "dynamodb:LeadingKeys" not in of or operator == "Null":
            continue
        patterns = many(of["dynamodb:LeadingKeys"])
        match operator:
            case "ForAllValues:StringLike":
                if not all(any(fnmatchcase(one, pattern) for pattern in patterns) for one in keys):
                    return False
            case "ForAllValues:StringNotLike":
                if any(fnmatchcase(one, pattern) for pattern in patterns for one in keys):
                    return False
            case _:
                raise AssertionError(f"unknown operator {operator}")
    return True


def leading_keys() -> str:
    found: dict[tuple[str, str, str], set[str]] = {}
    for function in FUNCTIONS:
        for statement in statements(role_of(function)):
            for action in many(statement["Action"]):
                if not action.startswith("dynamodb:"):
                    continue
                for resource in many(statement["Resource"]):
                    table, what = named(resource)
                    assert what == "Arn", resource
                    assert not allows(statement["Condition"], None), f"{function} could {action} without a key"
                    keys = {key for key in OF_TABLE[table] if allows(statement["Condition"], key)}
                    found.setdefault((function, action, table), set()).update(keys)
    assert found == KEYS, (found, KEYS)
    return f"{len(found)} rights on tables end where the keys of others begin (by an evaluator of ours, not by AWS)"


def attributes() -> str:
    """Functions that browsers call cannot read the secret that noise is made with, and the builder cannot make up a world's record."""
    names = dict(re.findall(r'const (\w+): &str = "(\w+)";', (ROOT / "shared/store/src/tables.rs").read_text()))
    source = (ROOT / "shared/store/src/repository/world_record.rs").read_text()
    read = re.search(r"const BROWSER_FACING: \[&str; \d\] = \[([^\]]*)\]", source)[1]
    asked = {names[name] for name in re.findall(r"attribute::(\w+)", read)} | {"pk", "sk"}
    found = {}
    for function in FUNCTIONS:
        for statement in statements(role_of(function)):
            limit = statement.get("Condition", {}).get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes")
            if limit:
                found[function, tuple(many(statement["Action"]))] = set(limit)
                if "dynamodb:GetItem" in many(statement["Action"]):
                    assert statement["Condition"]["StringEqualsIfExists"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}, function
    assert found.pop(("Builder", ("dynamodb:PutItem",))) == {"pk", "sk", names["VERSION"], names["AT"], names["TOKEN"], names["DUE"]}
    assert set(found) == {(function, ("dynamodb:GetItem",)) for function in ("Authorize", "Script")}, found
    assert all(limit == asked and names["NOISE"] not in limit for limit in found.values()), (found, asked)
    return "no function that browsers call can read the secret that noise is made with, and the builder cannot make up a world's record (by text, not by AWS)"


def tenants_prefix() -> str:
    """Objects are reached below a tenant's world only, and each function reaches only its own part of it."""
    parts: dict[tuple[str, str], set[str]] = {}
    for function in FUNCTIONS:
        for statement in statements(role_of(function)):
            for action in many(statement["Action"]):
                if action == "s3:ListBucket":
                    assert statement["Condition"] == {"StringLike": {"s3:prefix": "tenant=*/world=*/*"}}
                elif action.startswith("s3:"):
                    for resource in many(statement["Resource"]):
                        _, path = named(resource)
                        part = re.fullmatch(r"/tenant=\*/world=\*/(events|quarantine|partials|models)/\*", path)
                        assert part, resource
                        parts.setdefault((function, action), set()).add(part[1])
    assert parts == {
        ("Archive", "s3:PutObject"): {"events", "quarantine"},
        ("Builder", "s3:GetObject"): {"events", "partials"},
        ("Builder", "s3:PutObject"): {"partials", "models"},
        ("Builder", "s3:DeleteObject"): {"events", "quarantine", "partials", "models"},
    }, parts
    return "objects are reached below a tenant's world only, by each function in its own part of it"


# The roles of what is no function: exactly this, by action and resource.
OTHERS = {
    "SchedulerRole": {
        ("lambda:InvokeFunction", "Archive.Alias"),
        ("states:StartExecution", "Builds"),
        ("sqs:SendMessage", "ScheduleDeadLetters"),
    },
    "BuildsRole": {
        ("lambda:InvokeFunction", "Builder.Alias"),
        ("states:StartExecution", "stateMachine:${AWS::StackName}-builds"),
        ("states:DescribeExecution", "execution:${AWS::StackName}-builds/*"),
        ("states:StopExecution", "execution:${AWS::StackName}-builds/*"),
        # Deliveries of logs have no resource that a policy could name.
        ("logs:CreateLogDelivery", "*"),
        ("logs:GetLogDelivery", "*"),
        ("logs:UpdateLogDelivery", "*"),
        ("logs:DeleteLogDelivery", "*"),
        ("logs:ListLogDeliveries", "*"),
        ("logs:PutResourcePolicy", "*"),
        ("logs:DescribeResourcePolicies", "*"),
        ("logs:DescribeLogGroups", "*"),
    },
}


def other_roles() -> str:
    for role, wanted in OTHERS.items():
        found = set()
        for statement in statements(role):
            for resource in many(statement["Resource"]):
                name = resource if isinstance(resource, str) else named(resource)[0]
                name = name.removeprefix("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:")
                found |= {(action, name) for action in many(statement["Action"])}
        assert found == wanted, (role, found ^ wanted)
        trust = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
        assert trust == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, role
    known = {role_of(function) for function in FUNCTIONS} | set(OTHERS) | {"DeployRole", "AccessLogWriter"}
    assert set(of_type("AWS::IAM::Role")) == known, set(of_type("AWS::IAM::Role")) ^ known
    managed = {"DeployRole": "AWSCodeDeployRoleForLambdaLimited", "AccessLogWriter": "AmazonAPIGatewayPushToCloudWatchLogs"}
    for role, policy in managed.items():
        properties = RESOURCES[role]["Properties"]
        assert "Policies" not in properties and properties["ManagedPolicyArns"][-1]["Fn::Sub"].endswith(f"/{policy}"), role
    return f"schedules and builds may do what they do, and no more; two roles have AWS's own policies ({', '.join(managed.values())})"


def regions() -> str:
    allowed = re.search(r"ALLOWED: \[&str; \d\] = \[([^\]]*)\]", (ROOT / "shared/runtime/src/region.rs").read_text())[1]
    allowed = re.findall(r'"([a-z0-9-]+)"', allowed)
    rule = TEMPLATE["Rules"]["UsRegionsOnly"]["Assertions"][0]["Assert"]["Fn::Contains"]
    assert rule == [allowed, {"Ref": "AWS::Region"}], rule
    deny = RESOURCES["UsOnly"]["Properties"]["PolicyDocument"]["Statement"]
    assert deny[0]["Effect"] == "Deny" and (deny[0]["Action"], deny[0]["Resource"]) == ("*", "*")
    assert deny[0]["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": allowed}}
    environments = tomllib.loads((ROOT / "samconfig.toml").read_text())
    of = {name: commands["deploy"]["parameters"]["region"] for name, commands in environments.items() if isinstance(commands, dict)}
    assert set(of) == {"dev", "staging", "prod"} and set(of.values()) <= set(allowed), of
    for name, commands in environments.items():
        if isinstance(commands, dict):
            known = {pair.split("=", 1)[0] for pair in commands["deploy"]["parameters"]["parameter_overrides"]}
            assert known <= set(TEMPLATE["Parameters"]), known
            where = [commands[command]["parameters"] for command in ("deploy", "delete")]
            assert len({(one["stack_name"], one["region"]) for one in where}) == 1, where
    return f"rule, roles and functions name the same {len(allowed)} regions; {', '.join(of)} are in them"


def stores() -> str:
    """Encryption, time to live and names, as the code has them."""
    text = (ROOT / "shared/store/src/tables.rs").read_text()
    ttl = re.search(r'TTL: &str = "(\w+)"', text)[1]
    for name, table in TABLES.items():
        properties = table["Properties"]
        assert properties["TimeToLiveSpecification"] == {"AttributeName": ttl, "Enabled": True}, name
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["StackKey", "Arn"]}, name
        assert [key["AttributeName"] for key in properties["KeySchema"]] == ["pk", "sk"]
        suffix = properties["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}")
        assert f"{{prefix}}{suffix}" in text, f"the code knows no table {suffix}"
    for name, key in of_type("AWS::KMS::Key").items():
        assert key["Properties"]["EnableKeyRotation"] is True and "MultiRegion" not in key["Properties"], name
    rules = RESOURCES["ArchiveBucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["StackKey", "Arn"]}}
    assert rules == [{"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}], rules
    policy = RESOURCES["ArchiveBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    plain = policy[0]["Fn::If"]
    assert plain[0] == "OnAws" and plain[1]["Effect"] == "Deny" and plain[1]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert policy[1]["Condition"] == {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}} and policy[1]["Effect"] == "Deny"
    retention = re.search(r"retention_days: Within<\d+, ([\d_]+)>", (ROOT / "shared/protocol/src/settings/owner.rs").read_text())[1]
    rules = {rule["Id"]: rule for rule in RESOURCES["ArchiveBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]}
    assert rules["LongestRetention"]["ExpirationInDays"] == int(retention.replace("_", "")) + 1
    return "tables and bucket are encrypted, and expire what the code lets expire"


def logs() -> str:
    """No key of a world, address or agent of a visitor in any log line that the gateways write; all groups end and are encrypted."""
    formats = []
    for resource in RESOURCES.values():
        access = resource.get("Properties", {}).get("AccessLogSettings")
        if access:
            formats += re.findall(r"\$context\.([A-Za-z.]+)", access["Format"])
            assert "$stageVariables" not in access["Format"] and "$request" not in access["Format"]
    allowed = {"requestId", "routeKey", "eventType", "status", "authorizer.code", "error.responseType", "integration.status",
               "integrationLatency", "responseLatency"}  # fmt: skip
    assert formats and set(formats) <= allowed, set(formats) - allowed
    groups = of_type("AWS::Logs::LogGroup")
    for name, group in groups.items():
        assert group["Properties"]["KmsKeyId"] == {"Fn::GetAtt": ["StackKey", "Arn"]} and "RetentionInDays" in group["Properties"], name
    for name, function in FUNCTIONS.items():
        assert function["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Log"}
    stage = RESOURCES["Gateway"]["Properties"]["DefaultRouteSettings"]
    assert stage["DataTraceEnabled"] is False and stage["LoggingLevel"] == "OFF", "execution logs hold messages"
    assert RESOURCES["Builds"]["Properties"]["Logging"]["IncludeExecutionData"] is False
    return f"access logs name {len(set(formats))} fields, none of a visitor; {len(groups)} log groups are encrypted and end"


def alarms() -> str:
    """Alarms hear of what is said: their figures are made by a filter or by a function, and what filters look for the code does say."""
    code = "\n".join(file.read_text() for folder in ("functions", "shared") for file in sorted((ROOT / folder).glob("*/src/**/*.rs")))
    # What Step Functions says in its log, and what our logs have at their root.
    foreign = {"LambdaFunctionFailed", "LambdaFunctionTimedOut", "TaskFailed", "TaskTimedOut", "MapRunFailed", "ExecutionFailed", "ExecutionTimedOut",
               "ExecutionAborted", "ERROR"}  # fmt: skip
    # Many lists have a word such as "server": a fault is one of its own list.
    listed = re.search(r"enum Fault \{(.*?)\}", (ROOT / "shared/protocol/src/reason.rs").read_text(), re.DOTALL)[1]
    faults = set(re.findall(r'\w+ = "(\w+)"', listed))
    assert "server" in faults, faults
    filtered = set()
    for name, one in of_type("AWS::Logs::MetricFilter").items():
        pattern = one["Properties"]["FilterPattern"]
        for word in re.findall(r'"(\w+)"', pattern):
            assert word in foreign | faults or f'"{word}"' in code, f"{name}: nothing says {word}"
        for word in re.findall(r'\$\.Fault = "(\w+)"', pattern):
            assert word in faults, f"{name}: no fault is called {word}"
        for field in re.findall(r"\$\.(\w+)", pattern):
            said = (f'.metric("{field}"', f'.by("{field}"')
            assert field in ("level", "type") or any(one in code for one in said), f"{name}: nothing says {field}"
        filtered |= {made["MetricName"] for made in one["Properties"]["MetricTransformations"]}
    heard, own = set(), {"Fn::Sub": "Testgram/${AWS::StackName}"}
    topic = [{"Ref": "AlarmTopic"}]
    for name, one in of_type("AWS::CloudWatch::Alarm").items():
        properties = one["Properties"]
        assert properties["AlarmActions"] == topic and len(properties["AlarmDescription"]) > 20, name
        metric, dimensions = properties["MetricName"], properties.get("Dimensions", [])
        if properties["Namespace"] != own:
            assert dimensions, f"{name} is about everything in the account"
        elif metric in filtered:
            heard.add(metric)
            assert not dimensions, f"{name}: what a filter makes has no dimensions"
        else:
            (dimension,) = dimensions
            assert dimension["Name"] == "Function" and f'Line::new("{dimension["Value"]}")' in code and f'.metric("{metric}"' in code, name
    assert heard == filtered, f"no alarm watches {filtered - heard}"
    return f"{len(of_type('AWS::CloudWatch::Alarm'))} alarms are about what AWS or the code says, {len(filtered)} of it read out of logs"


def suppressions() -> str:
    """Each suppression of the scanner stands with its reason."""
    lines = (ROOT / ".checkov.yaml").read_text().splitlines()
    many_skips = 0
    for before, line in zip(lines, lines[1:]):
        if line.strip().startswith("- CKV"):
            assert before.strip().startswith("#"), f"{line}: no reason"
            many_skips += 1
    for name, resource in RESOURCES.items():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"]) > 8, (name, skip)
            many_skips += 1
    return f"{many_skips} suppressions of the scanner, each with its reason"


def rolling() -> str:
    """Every caller of a function calls its alias, so a canary sees all of them."""
    callers = str([one for name, one in RESOURCES.items() if one["Type"] not in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard")])
    for name in FUNCTIONS:
        assert f"{{'Ref': '{name}.Alias'}}" in callers, name
        assert f"{{'Fn::GetAtt': ['{name}', 'Arn']}}" not in callers and f"{{'Ref': '{name}'}}" not in callers, f"{name} is called past its alias"
    watched = {name for name, one in FUNCTIONS.items() if "DeploymentPreference" in one["Properties"]}
    assert watched == set(FUNCTIONS) - {"Builder"}, watched
    for name in watched:
        for alarm in FUNCTIONS[name]["Properties"]["DeploymentPreference"]["Alarms"]:
            assert RESOURCES[alarm["Ref"]]["Type"] == "AWS::CloudWatch::Alarm", alarm
    return f"all {len(FUNCTIONS)} functions are called by their aliases; {len(watched)} have canaries with alarms"


CHECKS = (other_roles, regions, leading_keys, attributes, tenants_prefix, stores, logs, rolling, alarms, suppressions)
