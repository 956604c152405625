#!/usr/bin/env bash
# The release binaries of the functions, run as Lambda functions by cargo-lambda's runtime API, answer the files in
# events/ against the local stores, and what they acknowledge stands in the table.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/venv/bin:$PATH"

scratch=$(mktemp -d)
stop() {
  # Process groups: cargo-lambda's children, the functions, outlive it otherwise.
  for pid in "${watch:-}" "${up:-}"; do
    [[ -n $pid ]] && kill -TERM -- "-$pid" 2>/dev/null
  done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap stop EXIT
set -m # each background job is a process group

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  tail -n 20 "$scratch"/*.log >&2
  exit 1
}

# until_true <seconds> <what> <command…>
until_true() {
  local seconds=$1 what=$2
  shift 2
  for ((i = 0; i < seconds * 5; i++)); do
    "$@" && return
    sleep 0.2
  done
  fail "$what: not within $seconds s"
}

cargo build --quiet --locked --package testgram-tg
# Only these packages: built with others, they would get the others' features.
cargo build --quiet --locked --release --package testgram-authorize --package testgram-ingest --package testgram-script \
  --package testgram-archive --package testgram-builder

target/debug/tg up --port 0 --aws-port 0 --json --data "$scratch/data" >"$scratch/ready" 2>"$scratch/tg.log" &
up=$!
until_true 90 "tg up" grep -q ready "$scratch/ready"
aws=$(grep -o 'http://127.0.0.1:[0-9]*' "$scratch/tg.log" | head -n 1)

port=$(python3 tests/free_port.py)
AWS_ENDPOINT_URL=$aws AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=testgram AWS_SECRET_ACCESS_KEY=testgram TESTGRAM_TABLES=testgram \
  TESTGRAM_SOCKET=ws://127.0.0.1:4600/ws TESTGRAM_BUCKET=testgram-archive TESTGRAM_KEYS=alias/testgram/local/ \
  TESTGRAM_QUEUE=$aws/000000000000/testgram-archive cargo lambda watch --release --ignore-changes --invoke-address 127.0.0.1 --invoke-port "$port" >"$scratch/watch.log" 2>&1 &
watch=$!
until_true 90 "cargo lambda watch" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null

# answers <function> <event> <python expression over the answer>
answers() {
  local function=$1 event=$2 expected=$3 answer
  answer=$(timeout 300 cargo lambda invoke "$function" --invoke-address 127.0.0.1 --invoke-port "$port" \
    --data-file "events/$event.json" 2>>"$scratch/invoke.log") || fail "$function does not answer events/$event.json"
  python3 - "$answer" "$expected" <<'PYTHON' || fail "$function, events/$event.json: $answer"
import base64, gzip, json, sys
answer = json.loads(sys.argv[1])
if answer.get("isBase64Encoded"):
    body = gzip.decompress(base64.b64decode(answer["body"])).decode()
else:
    body = json.loads(answer["body"]) if answer.get("body") else None
assert eval(sys.argv[2]), sys.argv[2]
PYTHON
  echo "  $function answers events/$event.json"
}

answers authorize authorize-connect 'answer["policyDocument"]["Statement"][0]["Effect"] == "Allow" and answer["context"]["tenant"] == "demo"'
answers ingest ingest-connect 'answer["statusCode"] == 200'
batches() {
  answers ingest ingest-batch 'body["type"] == "ack" and body["accepted"] == 14 and body["rejected"] == []'
  answers ingest ingest-batch-partial '[r["code"] for r in body["rejected"]] == ["looks_like_email", "digest_not_allowed"]'
}
stored() {
  python3 - "$aws" <<'PYTHON'
import json, sys, urllib.request
headers = {"X-Amz-Target": "DynamoDB_20120810.Scan", "Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20260101T000000Z",
           "Authorization": "AWS4-HMAC-SHA256 Credential=testgram/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"}
request = urllib.request.Request(sys.argv[1], json.dumps({"TableName": "testgram-events"}).encode(), headers)
print(len(json.load(urllib.request.urlopen(request))["Items"]))
PYTHON
}
batches
# They were received long ago, and tg takes away what has expired, once a minute: perhaps in between, but not twice.
[[ $(stored) == 2 ]] || batches
[[ $(stored) == 2 ]] || fail "$(stored) batches stand in the table, not 2"
echo "  the two acknowledged batches stand in the table"

answers ingest ingest-default 'body["code"] == "unknown_type"'
answers ingest ingest-disconnect 'answer["statusCode"] == 200'
answers archive archive-dispatch 'set(answer) == {"windows", "queued"} and answer["windows"] >= answer["queued"]'
answers archive archive-work '[f["itemIdentifier"] for f in answer["batchItemFailures"]] == ["2e1424d4-f796-459a-8184-9c92662be6da"]'
answers builder builder-plan '[(b["tenant"], b["world"]) for b in answer["builds"]] == [("demo", "demo")]'
answers script script-get 'answer["statusCode"] == 200 and "\"key\":\"demo\"" in body and "__TESTGRAM__" not in body'

# Outside the United States a function does not start.
refused=$(AWS_REGION=eu-central-1 TESTGRAM_TABLES=testgram target/release/ingest 2>&1) && fail "ingest started in eu-central-1"
grep -q 'region \\"eu-central-1\\" is refused' <<<"$refused" || fail "no clear word on the region: $refused"
echo "  ingest refuses to start in eu-central-1"

# Nor does one whose visitors would connect without encryption.
refused=$(AWS_REGION=us-east-1 TESTGRAM_TABLES=testgram TESTGRAM_SOCKET=ws://shop.example/ws target/release/script 2>&1) &&
  fail "script started with ws:// beyond loopback"
grep -q 'TESTGRAM_SOCKET names an address that is not encrypted' <<<"$refused" || fail "no clear word on the socket: $refused"
echo "  script refuses to send browsers to a plain socket"
