#!/bin/sh
# Makes every secret that is not there yet, in docker/secrets/ or the folder named: none has a
# default.
set -eu
umask 077
folder="${1:-$(dirname "$0")/secrets}"
mkdir -p "$folder"
cd "$folder"

random() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
# in hexadecimal, for it stands in addresses
password() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
# $1: which role's password; $2: at which host
address() { printf 'postgresql://%s:%s@%s/rollbook' "$1" "$(cat "${1}_password")" "$2"; }

for role in postgres rollbook_log rollbook_views rollbook_vault rollbook_replica; do
    [ -s "${role}_password" ] || password > "${role}_password"
done
for key in rollbook_vault_key rollbook_token_secret; do
    [ -s "$key" ] || random > "$key"
done
for role in rollbook_log rollbook_views rollbook_vault; do
    address "$role" postgres > "${role}_url"
done
address postgres postgres > rollbook_database_url
address rollbook_views replica > rollbook_read_urls

# containers read these as users of their own; the folder keeps everybody else out
chmod 644 ./*
