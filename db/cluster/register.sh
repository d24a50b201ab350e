#!/bin/sh
# Run once by the coordinator of docker-compose.yml's profile `cluster`, when its database is made: its workers are up by then.
set -eu
add() { psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --set ON_ERROR_STOP=1 --command "$1"; }
add "select citus_set_coordinator_host('coordinator')"
for worker in worker-1 worker-2; do add "select citus_add_node('$worker', 5432)"; done
