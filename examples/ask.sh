#!/bin/sh
# Signs in, starts a chat session and asks; prints the server-sent events of the answer as they come. Needs curl only.
# Usage: PROJECTWISE_EMAIL=… PROJECTWISE_PASSWORD=… sh examples/ask.sh "Berapa lama masa garansi?"
set -eu

url="${PROJECTWISE_URL:-http://127.0.0.1:8000}/api/v1"
question="${1:-Apa yang sudah kita putuskan?}"

# A text as JSON string.
json() { printf '%s' "$1" | tr '\n\t' '  ' | sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$/"/'; }
# The first field of this name, for values that are plain text.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# Passwords and tokens go through standard input: arguments can be seen by everybody on this machine.
answer=$(
  printf '{"email":%s,"password":%s}' "$(json "$PROJECTWISE_EMAIL")" "$(json "$PROJECTWISE_PASSWORD")" |
    curl -sS -H 'Content-Type: application/json' --data @- "$url/auth/login"
)
token=$(printf '%s' "$answer" | field access_token)
[ -n "$token" ] || { echo "Signing in failed: $(printf '%s' "$answer" | field message)" >&2; exit 1; }

call() { printf 'header = "Authorization: Bearer %s"' "$token" | curl -sS --fail-with-body --config - "$@"; }

session=$(call -H 'Content-Type: application/json' --data '{}' "$url/chat/sessions" | field id)
call -N -H 'Content-Type: application/json' --data "{\"text\":$(json "$question")}" "$url/chat/sessions/$session/messages"
