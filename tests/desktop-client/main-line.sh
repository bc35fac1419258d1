#!/usr/bin/env bash
# The program desktop-client, told where the server is by the environment that `mock-idp run` sets: what it prints, how it
# ends, what it keeps and what it writes down. Its folder is in PATH.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DESKTOP_CLIENT_CACHE=$folder/cache.json DESKTOP_CLIENT_CAPABILITIES=cp1

fail() { echo "$1" >&2; exit 1; }

# ends STATUS WORDS COMMAND …: the command ends so, and has WORDS in what it says to the person
ends() {
  local wanted=$1 words=$2 status=0
  shift 2
  "$@" >"$folder/out" 2>"$folder/err" || status=$?
  [ "$status" = "$wanted" ] || { cat "$folder/err" >&2; fail "$* ended with $status, not $wanted"; }
  grep -qF -- "$words" "$folder/out" "$folder/err" || { cat "$folder/out" "$folder/err" >&2; fail "$*: no '$words'"; }
}

ends 3 'desktop-client token api://calendar/Events.Read --interactive' \
  desktop-client token api://calendar/Events.Read --silent
ends 0 'signed in as ada@contoso.test' desktop-client login api://calendar/Events.Read
ends 0 'not encrypted, readable by its owner only' desktop-client doctor
[ "$(stat -c %a "$DESKTOP_CLIENT_CACHE" 2>/dev/null || stat -f %Lp "$DESKTOP_CLIENT_CACHE")" = 600 ] ||
  fail "the cache is not its owner's alone"

# The next process is silent, and says so in JSON with nothing else on stdout.
ends 0 '"access_token":"' desktop-client --json token api://calendar/Events.Read --silent
[ ! -s "$folder/err" ] || fail "a silent token needed words"

# A second API that needs consent and multifactor authentication: why, and what to type, with the claims.
ends 3 'consent_required' desktop-client token api://payroll/Salary.Read --silent
grep -qF -- '--claims '"'"'{"access_token":{"capolids"' "$folder/err" || fail "no claims in what to type next"
grep -qE 'AADSTS65001, correlation id [0-9a-f-]{36}, trace id [0-9a-f-]{36}' "$folder/err" || fail "no ids for support"
ends 3 '"classification":"ConsentRequired"' desktop-client --json token api://payroll/Salary.Read --silent

# The whole way, written down.
ends 0 '"mfa"' desktop-client --record "$folder/transcript.json" call "$MOCK_IDP_API_URL/payroll" --scope api://payroll/Salary.Read
for part in '"suberror": "consent_required"' '"grant_type": "authorization_code"' '"kind": "opened"' '"kind": "code"' \
  '"kind": "api answer"' '"code": 65001' '[code ' '[state ' '[user '; do
  grep -qF -- "$part" "$folder/transcript.json" || fail "no $part in the transcript"
done
token=$(desktop-client token api://payroll/Salary.Read --silent)
for secret in "$token" contoso.test eyJ; do
  if grep -qF -- "$secret" "$folder/transcript.json"; then fail "a secret or a name is in the transcript"; fi
done

# Two people.
MOCK_IDP_USER=eve@contoso.test ends 0 'signed in as eve@contoso.test' desktop-client login --prompt login
ends 2 'say which with --account: ada@contoso.test, eve@contoso.test' desktop-client token api://calendar/Events.Read
ends 0 'eyJ' desktop-client token api://calendar/Events.Read --account ADA@contoso.test --silent
ends 0 'ada@contoso.test' desktop-client logout ada@contoso.test
ends 3 'AADSTS50058' desktop-client --cache memory login --prompt none
ends 3 'zoe' desktop-client token api://calendar/Events.Read --account zoe --silent

# A code, entered on another device.
desktop-client --json token api://calendar/Events.Read --device-code >"$folder/out" 2>"$folder/err" &
polling=$!
until grep -q ' enter the code ' "$folder/err" 2>/dev/null; do kill -0 "$polling" || fail "no code was shown"; done
code=$(sed -n 's/.* enter the code \([A-Z0-9]*\) .*/\1/p' "$folder/err")
mock-idp browse "$MOCK_IDP_URL/deviceauth?otc=$code" --quiet
wait "$polling" || { cat "$folder/err" >&2; fail "the code brought no token"; }
grep -q '"access_token":"' "$folder/out" || fail "the code brought no token"

# What is wrong is told.
MOCK_IDP_CA='' SSL_CERT_FILE='' ends 1 'give the certificate authority' desktop-client doctor
ends 0 'forgotten' desktop-client cache clear
ends 0 'Nobody is signed in' desktop-client accounts
echo "desktop-client: passed"
