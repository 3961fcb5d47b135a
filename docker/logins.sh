#!/bin/sh
# The first start of the database: a login for each role, with the password of its secret.
set -eu
secrets="${SECRETS:-/run/secrets}"

for role in rollbook_log rollbook_views rollbook_vault; do
    psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        -v role="$role" -v password="$(cat "$secrets/${role}_password")" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
done
if [ -s $secrets/rollbook_replica_password ]; then
    psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        -v password="$(cat $secrets/rollbook_replica_password)" <<'SQL'
CREATE ROLE rollbook_replica LOGIN REPLICATION PASSWORD :'password';
-- from the next start on, for until then nobody could answer
ALTER SYSTEM SET synchronous_standby_names = 'rollbook_replica';
SQL
    echo 'host replication rollbook_replica all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
