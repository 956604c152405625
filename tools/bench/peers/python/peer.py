"""A v1 batch as pydantic models: the structure, bounds and patterns of the schema, and no privacy rules.

The words of the closed lists are read from the schema; everything else is written as one would write it by hand.
usage: peer.py <schema> <frame>
"""

import json
import platform
import sys
import time
from typing import Annotated, Any, Literal, Optional, Union

import pydantic
from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag
from typing_extensions import TypeAliasType

with open(sys.argv[1], encoding="utf-8") as file:
    DEFINITIONS = json.load(file)["$defs"]


def word(name: str) -> Any:
    """A closed list: words with descriptions of their own stand as constants, the others together."""
    parts = DEFINITIONS[name].get("oneOf", [DEFINITIONS[name]])
    words = [word for part in parts for word in part.get("enum", [part.get("const")])]
    return Literal[tuple(words)]


def text(most: int, pattern: Optional[str] = None) -> Any:
    return Annotated[str, StringConstraints(max_length=most, pattern=pattern)]


def whole(least: int, most: int) -> Any:
    return Annotated[int, Field(ge=least, le=most)]


U8, U16, U32, I16 = whole(0, 2**8 - 1), whole(0, 2**16 - 1), whole(0, 2**32 - 1), whole(-(2**15), 2**15 - 1)
Time = whole(0, 48 * 3600 * 1000)
Word, Url = text(64), text(1024)
Tree = TypeAliasType(
    "Tree",
    Union[
        Literal["string", "number", "boolean", "null", "mixed", "more"],
        Annotated[list["Tree"], Field(max_length=1)],
        Annotated[dict[str, "Tree"], Field(max_length=64)],
    ],
)


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Element(Record):
    tag: text(32)
    role: Optional[word("Role")] = None
    type: Optional[word("FieldType")] = None
    id: Optional[Word] = None
    name: Optional[Word] = None
    testid: Optional[Word] = None
    target: Optional[Word] = Field(None, alias="for")
    autocomplete: Optional[word("Autocomplete")] = None
    classes: Annotated[list[Word], Field(max_length=8)] = []
    path: text(296)
    label: Optional[text(4, "^[0-9a-f]{4}$")] = None
    shadow: bool = False


class Value(Record):
    kind: word("ValueKind")
    len: Optional[U8] = None
    digest: Optional[text(64, "^[0-9a-f]{64}$")] = None


class Page(Record):
    url: Url
    cause: word("PageCause")
    load: Optional[U32] = None


class Click(Record):
    el: Element
    x: U16
    y: U16
    button: word("Button") = "left"
    count: Optional[U8] = None


class Input(Record):
    el: Element
    value: Value
    keys: U16 = 0
    edits: U16 = 0
    ms: U32
    paste: bool = False
    rhythm: Annotated[list[U16], Field(max_length=12)] = []


class Submit(Record):
    el: Element
    valid: bool
    filled: U16


class Key(Record):
    key: word("NamedKey")
    mods: whole(0, 15) = 0
    el: Optional[Element] = None


class Move(Record):
    x: U16
    y: U16
    path: Annotated[list[tuple[U16, I16, I16]], Field(max_length=64)]


class Scroll(Record):
    y: U32
    x: U32 = 0
    max: U32
    ms: U32 = 0
    el: Optional[Element] = None


class Drag(Record):
    el: Element
    to: Optional[Element] = None
    dx: I16
    dy: I16
    ms: U32


class Api(Record):
    method: word("Method")
    url: Url
    status: U16
    ms: U32
    request: Optional[Tree] = None
    response: Optional[Tree] = None
    xhr: bool = False


class Error(Record):
    name: word("ErrorName")
    message: text(500)
    script: Optional[Url] = None
    line: Optional[U32] = None
    col: Optional[U32] = None
    rejection: bool = False


class Viewport(Record):
    w: U16
    h: U16


class Visibility(Record):
    hidden: bool


class End(Record):
    reason: word("EndReason")


class Custom(Record):
    name: Word


class Meta(Record):
    device: word("Device")
    viewport: Viewport
    browser: word("Browser")
    version: Optional[U16] = None
    os: word("Os")
    referrer: Optional[Url] = None
    language: Optional[text(6)] = None
    tz: Optional[I16] = None
    automated: bool = False


DETAILS = [Page, Click, Input, Submit, Key, Move, Scroll, Drag, Api, Error, Viewport, Visibility, End, Custom]


def event(detail: type[Record]) -> Any:
    kind = detail.__name__.lower()
    return Annotated[tuple[Time, Literal[kind], detail], Tag(kind)]


def kind_of(event: Any) -> Any:
    return event[1] if isinstance(event, (list, tuple)) and len(event) == 3 else None


class Batch(Record):
    type: Literal["batch"]
    v: Literal[1]
    session: text(26, "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
    seq: whole(0, 999_999)
    events: Annotated[
        list[Annotated[Union[tuple(event(detail) for detail in DETAILS)], Discriminator(kind_of)]], Field(max_length=500)
    ]
    meta: Optional[Meta] = None


def main() -> None:
    with open(sys.argv[2], encoding="utf-8") as file:
        frame = file.read()
    Batch.model_validate_json(frame)
    try:
        Batch.model_validate_json(frame.replace('"seq"', '"extra":0,"seq"', 1))
    except pydantic.ValidationError:
        pass
    else:
        raise SystemExit("the models let everything pass")
    warm_up, rounds, batches = 5, 60, 50
    micros = []
    for number in range(warm_up + rounds):
        before = time.process_time()
        for _ in range(batches):
            Batch.model_validate_json(frame)
        if number >= warm_up:
            micros.append((time.process_time() - before) / batches * 1e6)
    print(json.dumps({"name": f"pydantic {pydantic.VERSION}, Python {platform.python_version()}", "micros": micros}))


main()
