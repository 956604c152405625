# `make help` lists what there is. Set-up is part of each target: tools/setup.sh, which is quick when all is in place.

SHELL := /bin/bash
export PATH := $(CURDIR)/.tools/venv/bin:$(CURDIR)/.tools/bin:$(PATH):$(HOME)/.cargo/bin

# As users deploy; x86_64 to run the binaries on this machine.
ARCH ?= arm64
# Which environment of samconfig.toml is deployed or deleted.
ENV ?= dev
# Parameters of the template in place of those in samconfig.toml: PARAMETERS="LogDays=14 Keys=shared"
PARAMETERS ?=
# Arguments for `tg up`: make up ARGS="--port 5000"
ARGS ?=
FUZZ_TARGET ?= frame
FUZZ_SECONDS ?= 60
# Stages of `make test`; all without it.
STAGES ?=
# Cases of each property test in `make soak`.
CASES ?= 5000

FUNCTIONS := $(notdir $(patsubst %/,%,$(wildcard functions/*/)))

.DEFAULT_GOAL := help
.PHONY: help up test soak audit pins setup build deploy delete cost fmt snippet record lint fuzz generated dictionary

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## Build and start the whole system on this machine (needs only Rust and a C compiler)
	@tools/setup.sh up
	cargo run --locked --package testgram-tg --bin tg -- up --demo-traffic $(ARGS)

test: ## Run the whole gate, or some of its stages (STAGES="tests browser"; tools/gate.py --list)
	@tools/setup.sh gate
	@tools/gate.py $(STAGES)

soak: ## Run the property tests with thousands of cases each (CASES=5000)
	@tools/setup.sh up
	PROPTEST_CASES=$(CASES) cargo test --workspace --locked

audit: ## Ask the registries for advisories on the crates, npm and Python packages in use (needs the network)
	@tools/setup.sh tools
	@tools/audit.sh

pins: ## Write tools/requirements.txt again from tools/requirements.in (needs the network)
	@tools/setup.sh pins

setup: ## Put in place all that `make test` needs
	@tools/setup.sh gate
	@tools/gate.py setup crates

build: ## Build the Lambda binaries into target/lambda/<function>/ (ARCH=arm64 or x86_64)
	@tools/setup.sh build $(ARCH)
	@# By name, not the workspace: cargo would join the features of tg's stand-ins (tokio's `full`, …) into the functions.
	cargo lambda build --release --locked $(if $(filter x86_64,$(ARCH)),--x86-64,--arm64) $(FUNCTIONS:%=--package testgram-%)

deploy: ## Build and deploy to AWS (ENV=dev, staging or prod of samconfig.toml; PARAMETERS="Name=Value …")
	@tools/setup.sh build $(shell uname -m)
	tools/deploy.py $(ENV) $(PARAMETERS)

delete: ## Delete a deployed stack (ENV=…); docs/deploy.md says what must go before
	@tools/setup.sh build $(shell uname -m)
	tools/deploy.py $(ENV) --delete

cost: ## What a stack costs at list prices, per million events and a month (ARGS=--json)
	@tools/setup.sh up
	@cargo run --quiet --locked --package testgram-cost -- $(ARGS)

fmt: ## Format the code
	cargo fmt --all

snippet: ## Build the snippet into snippet/dist/testgram.js
	@tools/setup.sh snippet
	cd snippet && npm run --silent build

record: ## Record the demo shop's traffic into demo/traffic.jsonl.gz (ARGS="--sessions 400 --seed 7"; half an hour)
	@tools/setup.sh record
	cargo build --locked --package testgram-tg
	node demo/record/record.ts $(ARGS)

lint: ## Run the gate's checks that need no test run: format, shell, snippet, clippy, deny
	@tools/setup.sh gate
	@tools/gate.py lint

fuzz: ## Fuzz FUZZ_TARGET (frame) for FUZZ_SECONDS (60)
	@tools/setup.sh fuzz
	@# The sanitizer flags are unstable; the stable compiler has them behind this switch.
	@mkdir -p fuzz/corpus/$(FUZZ_TARGET)
	RUSTC_BOOTSTRAP=1 cargo fuzz run $(FUZZ_TARGET) fuzz/corpus/$(FUZZ_TARGET) fuzz/seeds/$(FUZZ_TARGET) -- -max_len=4096 \
	  -dict=fuzz/$(FUZZ_TARGET).dict -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=2048

generated: ## Write the generated files that are committed: the JSON Schemas and the unsalted digests
	cargo xtask generate

.PHONY: bench
bench: ## Measure ingest, the functions, tg up and the snippet, as ratios beside a limit or a peer (ARGS="--json FILE")
	@tools/setup.sh build $(shell uname -m)
	@tools/setup.sh bench
	cargo run --release --locked --package testgram-bench -- all $(ARGS)

dictionary: ## Train the buffer's zstd dictionaries (only for a new version of the format)
	cargo xtask dictionary
