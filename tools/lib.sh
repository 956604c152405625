# What the scripts in tools/ share. Sourced, never run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.tools
# Last, rustup's own folder: a shell that read no profile lacks it.
export PATH="$tools/venv/bin:$tools/bin:$PATH:$HOME/.cargo/bin"

say() { printf '==> %s\n' "$*" >&2; }

# die <what is wrong> [<what to do about it>]
die() {
  printf 'error: %s\n' "$1" >&2
  [[ $# -lt 2 ]] || printf ' hint: %s\n' "$2" >&2
  exit 1
}

# What AWS calls this machine.
architecture() {
  case $(uname -m) in
    aarch64 | arm64) echo arm64 ;;
    *) echo x86_64 ;;
  esac
}

has() { command -v "$1" >/dev/null 2>&1; }
