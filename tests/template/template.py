"""template.yaml as data, and the questions that several checks ask of it."""

from pathlib import Path

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]


def load() -> dict:
    return yaml_parse((ROOT / "template.yaml").read_text())


TEMPLATE = load()
RESOURCES: dict[str, dict] = TEMPLATE["Resources"]


def of_type(*types: str) -> dict[str, dict]:
    return {name: one for name, one in RESOURCES.items() if one["Type"] in types}


FUNCTIONS = of_type("AWS::Serverless::Function")
TABLES = of_type("AWS::DynamoDB::Table")


def many(value) -> list:
    return value if isinstance(value, list) else [value]


def ways(node, *found):
    """Every way a choice can go: what stands in it once for each of its branches, and without what is left out."""
    if isinstance(node, dict) and list(node) == ["Fn::If"]:
        for branch in node["Fn::If"][1:]:
            if branch != {"Ref": "AWS::NoValue"}:
                yield from ways(branch)
    else:
        yield node


def role_of(function: str) -> str:
    """The logical id of a function's role."""
    return FUNCTIONS[function]["Properties"]["Role"]["Fn::GetAtt"][0]


def statements(role: str) -> list[dict]:
    """Of a role's own policies; of a choice every way."""
    policies = RESOURCES[role]["Properties"]["Policies"]
    return [way for policy in policies for one in policy["PolicyDocument"]["Statement"] for way in ways(one)]


def named(resource) -> tuple[str, str]:
    """What a statement's resource names: a logical id, and what of it."""
    if "Fn::GetAtt" in resource:
        return resource["Fn::GetAtt"][0], resource["Fn::GetAtt"][1]
    if "Ref" in resource:
        return resource["Ref"], ""
    text = resource["Fn::Sub"]
    if text.startswith("${"):
        inside, rest = text[2:].split("}", 1)
        return inside.split(".")[0], rest
    return text, ""
