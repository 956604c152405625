#!/usr/bin/env python3
"""The gate: all checks of the repository, as a graph of stages that run side by side. The first failure ends them all.

usage: gate.py [--list] [--keep-going] [stage…]      without a stage, all; with some, these and the stages that they need

A stage's output is kept in target/gate/<stage>.log. It is printed when the stage fails; of one that passes, the last lines are.
The standard library only: this runs before anything is installed.
"""

import argparse
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
LOGS = ROOT / "target" / "gate"
ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
# Stages that compute, at once: one of cargo's, which fills the cores by itself, and one that mostly waits for others.
SLOTS = 2
# Seconds between two signs of life.
HEARTBEAT = 60
# Seconds after which a stage hangs, also on a slow machine.
LIMIT = 45 * 60
# Seconds that a stage has to end what it started: the emulator of `stack` waits for its functions.
PATIENCE = 30


@dataclass(frozen=True)
class Stage:
    """One check, or one thing that checks need."""

    name: str
    does: str
    command: str
    """For bash, in the repository's root."""
    needs: tuple[str, ...] = ()
    cargo: bool = False
    """It waits for cargo's lock: one at a time, in the order of the list."""
    idle: bool = False
    """It mostly sleeps, and so takes no slot."""


# Every build below is of the whole workspace and with the features of its tests. Another choice of packages or targets would give
# crates other features, and compile them again. `--bin tg --test tidy` is the same choice, but of fewer targets.
STAGES = (
    Stage("setup", "Python tools, npm packages, Chromium", "tools/setup.sh tools"),
    Stage("crates", "fetches the crates of Cargo.lock", "tools/setup.sh crates", cargo=True),
    Stage("format", "cargo fmt", "cargo fmt --all --check"),
    Stage("shell", "shellcheck", "shellcheck --external-sources .ci/run tools/*.sh tests/*.sh", needs=("setup",)),
    Stage(
        "snippet",
        "format, lints and types of TypeScript; the committed snippet is what the sources build; the rules over the vectors",
        """
        (cd snippet && npm run --silent check && node build.mjs --check)
        for folder in demo/record tests/stack; do
          (
            cd $folder
            ../../snippet/node_modules/.bin/biome check --config-path=../../demo/record .
            ../../snippet/node_modules/.bin/tsc
          )
        done
        cd snippet && npx --no-install playwright test --project=pure
        """,
        needs=("setup",),
    ),
    Stage("tg", "compiles tg, with the features of the whole workspace", "cargo build --workspace --locked --bin tg --test tidy", ("crates",), cargo=True),
    # Not among cargo's: it has a folder and a lock of its own. Half of it is fat LTO, a core a function, so the dev build fits beside it.
    Stage("release", "compiles the Lambdas as users deploy them", f"make --no-print-directory build ARCH={ARCHITECTURE}", ("setup", "tg")),
    Stage(
        "stack",
        "deploys the template to an emulator, visits it with Chromium, waits for its model",
        f"python3 tests/stack/main.py {ARCHITECTURE}",
        needs=("setup", "tg", "release"),
        idle=True,
    ),
    Stage("build", "compiles everything else", "cargo build --workspace --locked --all-targets", ("tg",), cargo=True),
    Stage("tests", "all Rust tests", "rust_tests", ("build",)),
    Stage("browser", "the snippet in Chromium against tg", "cd snippet && npx --no-install playwright test --project=browser", ("setup", "tg")),
    Stage(
        "clippy",
        "lints; also of tg as it is released, without the demo",
        """
        cargo clippy --workspace --locked --all-targets --quiet -- -D warnings
        cargo clippy --workspace --locked --all-targets --no-default-features --quiet -- -D warnings
        """,
        needs=("build",),
        cargo=True,
    ),
    Stage("invoke", "the release Lambdas, invoked with the events of events/", "python3 tests/invoke.py", ("setup", "tg", "release")),
    Stage("template", "linters and tests of template.yaml", "python3 tests/template/main.py", ("setup", "release")),
    Stage("duckdb", "DuckDB reads archive and model, and agrees", "tests/duckdb.sh", ("setup", "build")),
    Stage("doctests", "the examples in the documentation", "cargo test --workspace --locked --doc --quiet", ("build",), cargo=True),
    Stage(
        "deny",
        "licences, sources and duplicates of crates; offline",
        "tools/setup.sh deny && cargo deny --offline --locked --log-level warn check -D warnings licenses bans sources",
        needs=("crates",),
        cargo=True,
    ),
)
LINT = ("format", "shell", "snippet", "clippy", "deny")

# Without nextest the same tests run with cargo: they share neither process-wide state nor ports.
PRELUDE = """
set -euo pipefail
root=$PWD
rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --workspace --locked
  else
    exec cargo test --workspace --locked --all-targets --no-fail-fast
  fi
}
"""


def environment() -> dict[str, str]:
    """What every stage sees: the tools of .tools first, loopback without a proxy, and nothing of the user's own AWS."""
    foreign = ("AWS_", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET")  # the latter: stages look for what was built in target/
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    # Last, rustup's own folder: a shell that read no profile lacks it.
    path = [str(TOOLS / "venv" / "bin"), str(TOOLS / "bin"), own.get("PATH", ""), str(Path.home() / ".cargo" / "bin")]
    loopback = ",".join(filter(None, (own.get("NO_PROXY"), "127.0.0.1,localhost")))
    python = [str(ROOT / "tests" / folder) for folder in ("", "template", "stack")]
    return own | {
        "PATH": os.pathsep.join(path),
        "NO_PROXY": loopback,
        "no_proxy": loopback,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": os.pathsep.join(python),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass
class Run:
    """A stage that has begun."""

    stage: Stage
    process: subprocess.Popen
    log: Path
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, stage: Stage, env: dict[str, str]):
        log = LOGS / f"{stage.name}.log"
        with log.open("wb") as output:
            command = ["bash", "-c", PRELUDE + stage.command]
            # A process group of its own: what it has started ends with it.
            process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        return cls(stage, process, log)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def kill(self):
        """Ends all processes of the stage: by SIGTERM, and by SIGKILL those that are still there after a while."""
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + PATIENCE
            try:
                os.killpg(self.process.pid, wanted)
                # Until the group is empty. Its first process is a child of ours, and counts until it is waited for.
                while time.monotonic() < end:
                    self.process.poll()
                    os.killpg(self.process.pid, 0)
                    time.sleep(0.1)
            except ProcessLookupError:
                return


def say(text: str):
    print(f"==> {text}", flush=True)


def with_needs(names: Iterable[str]) -> list[Stage]:
    """The stages of these names and all that they need, in the order of the list."""
    by_name = {stage.name: stage for stage in STAGES}
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting.extend(by_name[name].needs)
    return [stage for stage in STAGES if stage.name in wanted]


def startable(waiting: list[Stage], running: list[Run], passed: dict[str, float]) -> Stage | None:
    """The first stage of the list that may begin now."""
    slots = SLOTS - sum(not run.stage.idle for run in running)
    for stage in waiting:
        free = stage.idle or slots > 0
        locked = stage.cargo and any(run.stage.cargo for run in running)
        if free and not locked and all(need in passed for need in stage.needs):
            return stage
    return None


def counts(text: str) -> tuple[int, int]:
    """How many tests passed and failed, as the test programs themselves say: nextest, cargo test, Playwright."""
    passed = failed = 0
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        if re.match(r" *Summary \[|test result: ", line):
            passed += sum(map(int, re.findall(r"(\d+) passed", line)))
            failed += sum(map(int, re.findall(r"(\d+) (?:failed|exec failed|timed out)", line)))
        elif found := re.match(r" +(\d+) passed( \(.*\))?$", line):
            passed += int(found[1])
        elif found := re.match(r" +(\d+) (?:failed|flaky|did not run|interrupted)$", line):
            failed += int(found[1])
    return passed, failed


def ended(run: Run) -> bool:
    """Reports a stage that is over; whether it passed."""
    text = run.log.read_text(errors="replace")
    lines = text.rstrip().splitlines()
    if run.process.returncode == 0:
        say(f"{run.stage.name}: passed in {run.seconds:.0f} s")
        print("\n".join(f"    {line.strip()}" for line in lines[-3:]), flush=True)
        return True
    print(text, flush=True)
    say(f"{run.stage.name}: FAILED after {run.seconds:.0f} s, exit {run.process.returncode}; its output is above and in {run.log.relative_to(ROOT)}")
    return False


def gate(stages: list[Stage], keep_going: bool) -> bool:
    """Runs the stages; whether all passed. `keep_going`: after a failure all others run that do not need what failed."""
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    env, began, heard = environment(), time.monotonic(), time.monotonic()
    waiting, running, passed = list(stages), [], {}
    starts: dict[str, float] = {}
    took: dict[str, float] = {}
    good = True
    try:
        while (good or keep_going) and (running or startable(waiting, running, passed)):
            while stage := startable(waiting, running, passed):
                say(f"{stage.name}: {stage.does}")
                waiting.remove(stage)
                starts[stage.name] = time.monotonic() - began
                running.append(Run.start(stage, env))
            time.sleep(0.2)
            for run in [run for run in running if run.process.poll() is not None or run.seconds > LIMIT]:
                if run.process.returncode is None:
                    say(f"{run.stage.name}: hangs for {LIMIT // 60} minutes")
                    run.kill()
                running.remove(run)
                took[run.stage.name] = run.seconds
                if ended(run):
                    passed[run.stage.name] = run.seconds
                else:
                    good = False
                heard = time.monotonic()
            if time.monotonic() - heard > HEARTBEAT:
                say("… " + ", ".join(f"{run.stage.name} {run.seconds:.0f} s" for run in running))
                heard = time.monotonic()
    finally:
        for run in running:
            run.kill()
    summary(stages, starts, took, time.monotonic() - began)
    return good and not waiting


def summary(stages: list[Stage], starts: dict[str, float], took: dict[str, float], whole: float):
    """The table of stages, and the count of tests."""
    tests = failures = 0
    print(f"\n{'stage':10} {'began':>6} {'took':>6}   {'tests':>5}")
    for stage in stages:
        if stage.name not in took:
            continue
        good, bad = counts((LOGS / f"{stage.name}.log").read_text(errors="replace"))
        tests, failures = tests + good, failures + bad
        print(f"{stage.name:10} {starts[stage.name]:5.0f}s {took[stage.name]:5.0f}s   {good + bad or '':>5}")
    print(f"{'all':10} {'':6} {whole:5.0f}s\n\n{tests} passed, {failures} failed", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the checks of the repository; all of them without a stage.")
    parser.add_argument("stages", nargs="*", metavar="stage", help="one of --list, or lint: " + " ".join(LINT))
    parser.add_argument("--keep-going", action="store_true", help="goes on after a failure, with what does not need it")
    parser.add_argument("--list", action="store_true", help="lists the stages and ends")
    given = parser.parse_args()
    if given.list:
        for stage in STAGES:
            print(f"{stage.name:10} {stage.does}" + (f" (after {', '.join(stage.needs)})" if stage.needs else ""))
        return 0
    names = [name for one in given.stages or [stage.name for stage in STAGES] for name in (LINT if one == "lint" else (one,))]
    unknown = set(names) - {stage.name for stage in STAGES}
    if unknown:
        print(f"error: no such stage: {', '.join(sorted(unknown))}\n hint: tools/gate.py --list", file=sys.stderr)
        return 2
    # An end from outside ends the stages, too.
    for wanted in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(wanted, lambda number, _: sys.exit(128 + number))
    try:
        return 0 if gate(with_needs(names), given.keep_going) else 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
