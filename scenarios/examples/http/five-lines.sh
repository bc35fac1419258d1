#!/bin/sh
# Start, run, observe, verify: what a test in any language does, here with curl. Run it by
#   mock-idp run -- ./five-lines.sh COMMAND
set -eu
tenant=$(curl -sS "$MOCK_IDP_URL/_mock/tenants" --json '{"like":"contoso"}' | sed 's/.*"tenant_id":"\([^"]*\)".*/\1/')
control=$MOCK_IDP_URL/_mock/tenants/$tenant
MOCK_IDP_AUTHORITY=$MOCK_IDP_URL/$tenant "$@"
curl -sS "$control/exchanges"
curl -sS "$control/expectations/verify" --json '{"prompts":2,"claims_forwarded_unmodified":true}' | grep '"passed":true'
