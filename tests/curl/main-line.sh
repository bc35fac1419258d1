#!/usr/bin/env bash
# curl, told where the server is by the environment that `mock-idp run` sets.
set -euo pipefail

look() {
  # snippet: curl
  curl --cacert "$MOCK_IDP_CA" "$MOCK_IDP_AUTHORITY/v2.0/.well-known/openid-configuration"
  curl --cacert "$MOCK_IDP_CA" "$MOCK_IDP_AUTHORITY/discovery/v2.0/keys"
  curl --cacert "$MOCK_IDP_CA" -i "$MOCK_IDP_API_URL/calendar"  # 401 and the API's challenge
  # end of snippet
}

answers=$(look 2>/dev/null)
for part in "\"issuer\":\"$MOCK_IDP_AUTHORITY/v2.0\"" '"kty":"RSA"' 'HTTP/1.1 401' 'www-authenticate: Bearer '; do
  case $answers in
    *"$part"*) ;;
    *) echo "no $part in: $answers" >&2; exit 1 ;;
  esac
done

# What curl trusts by default was not asked: the certificate has to be of the server's own CA.
if curl --silent --cacert /dev/null "$MOCK_IDP_URL/" >/dev/null 2>&1; then
  echo "curl accepted a certificate of nobody" >&2
  exit 1
fi
echo "curl: passed"
