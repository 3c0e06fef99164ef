# ops/lib/cluster.sh - one private PostgreSQL cluster: make, start, stop. To be sourced, as root.
# One municipality is one cluster (design section 1). Peer authentication only: the node's OS user
# and root may be the roles ibasho (owner: migrations, backup) and ibasho_app (least rights).
# The whole configuration stands in the cluster's own files, so `postgres -D DATA` is enough to
# start it; cluster_init leaves it complete (roles, database) without a server running.

PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}

# cluster_as USER COMMAND...: as USER, without rights to gain and with an empty environment.
# No PAM and no systemd needed. initdb and postgres refuse uid 0 and need a readable cwd.
cluster_as() {
    local user=$1
    shift
    (cd / && exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
        --no-new-privs --inh-caps=-all --bounding-set=-all env -i LC_ALL=C.UTF-8 "$@")
}

# cluster_user NAME: makes the system user unless it is there.
cluster_user() {
    getent passwd "$1" >/dev/null && return 0
    useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin "$1" 2>/dev/null || getent passwd "$1" >/dev/null
}

# Two programs at once while one takes over from the other, up to 15 each (writer, http workers 2,
# notices 2, jobs, place, support, console, lessons, other nodes 2, exports), backup and operator.
CLUSTER_CONNECTIONS=40
CLUSTER_SLOT_KEEP=256MB

# cluster_follow DATA: a cluster made by an older checkout may hold as many; from its next start.
cluster_follow() {
    sed -i "s/^max_connections = .*/max_connections = $CLUSTER_CONNECTIONS/" "$1/postgresql.conf"
    # An archive of the log that stands still must not fill the disk (ops/backup/archive.h).
    grep -q '^max_slot_wal_keep_size' "$1/postgresql.conf" ||
        echo "max_slot_wal_keep_size = $CLUSTER_SLOT_KEEP" >>"$1/postgresql.conf"
}

cluster_write_conf() { # DATA USER SOCKDIR
    cat >"$1/postgresql.conf" <<CONF
# Written by ops/lib/cluster.sh.
listen_addresses = ''
unix_socket_directories = '$3'
unix_socket_permissions = 0700

max_connections = $CLUSTER_CONNECTIONS
superuser_reserved_connections = 3
shared_buffers = 16MB
wal_buffers = 512kB
work_mem = 2MB
maintenance_work_mem = 16MB
huge_pages = off
jit = off
max_worker_processes = 2
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
max_logical_replication_workers = 0
autovacuum_max_workers = 1

# Acknowledged means durable.
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = replica
max_wal_senders = 3
max_replication_slots = 3
max_slot_wal_keep_size = $CLUSTER_SLOT_KEEP
min_wal_size = 8MB
max_wal_size = 64MB

# No statement, no parameter and no row ever reaches a log: terse also drops DETAIL, where
# PostgreSQL quotes rows and keys.
log_destination = 'stderr'
logging_collector = off
log_statement = none
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_autovacuum_min_duration = -1
log_timezone = 'UTC'
timezone = 'UTC'
lc_messages = 'C'
CONF
    cat >"$1/pg_hba.conf" <<CONF
local all         ibasho,ibasho_app peer map=node
local replication ibasho            peer map=node
CONF
    cat >"$1/pg_ident.conf" <<CONF
node $2   ibasho
node $2   ibasho_app
node root ibasho
node root ibasho_app
CONF
}

# cluster_init DATA USER SOCKDIR [LINE...]: a new cluster in DATA (made, mode 0700), owned by USER,
# listening in SOCKDIR (made, mode 0750) once started. Each LINE is added to postgresql.conf.
cluster_init() {
    local data=$1 user=$2 sockdir=$3 group line
    shift 3
    group=$(id -gn "$user") || return 1
    if ((${#sockdir} > 90)); then # the kernel's limit is 107 with "/.s.PGSQL.5432"
        echo "cluster: socket directory too long: $sockdir" >&2
        return 1
    fi
    install -d -m 0700 -o "$user" -g "$group" "$data" &&
        install -d -m 0750 -o "$user" -g "$group" "$sockdir" || return 1
    cluster_as "$user" "$PG_BIN/initdb" -D "$data" -U ibasho -E UTF8 --locale-provider=icu \
        --icu-locale=und --locale=C.UTF-8 -k --wal-segsize=1 --auth-local=peer --auth-host=reject >/dev/null ||
        return 1
    cluster_write_conf "$data" "$user" "$sockdir" || return 1
    for line in "$@"; do
        printf '%s\n' "$line"
    done >>"$data/postgresql.conf"
    chown "$user:$group" "$data"/*.conf && chmod 0600 "$data"/*.conf || return 1
    printf '%s\n' 'CREATE ROLE ibasho_app LOGIN' 'CREATE DATABASE ibasho' \
        'REVOKE ALL ON DATABASE ibasho, postgres, template1 FROM PUBLIC' \
        'GRANT CONNECT ON DATABASE ibasho TO ibasho_app' \
        'ALTER ROLE ibasho_app SET log_min_messages = log' |
        cluster_as "$user" "$PG_BIN/postgres" --single -D "$data" postgres \
            >/dev/null 2>"$data/single.log"
    if grep -qE 'ERROR|FATAL|PANIC' "$data/single.log"; then
        cat "$data/single.log" >&2
        return 1
    fi
    rm -f "$data/single.log"
}

# cluster_start DATA USER SOCKDIR LOG [SETPRIV_OPTION...]: starts in a session of its own, so that
# an interrupt at the terminal reaches only the supervisor; waits until it answers. Its pid is
# left in CLUSTER_PID.
cluster_start() {
    local data=$1 user=$2 sockdir=$3 log=$4 group i
    shift 4
    group=$(id -g "$user") || return 1
    install -d -m 0750 -o "$user" -g "$group" "$sockdir" || return 1
    (cd / && exec setsid setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs \
        --inh-caps=-all --bounding-set=-all "$@" env -i LC_ALL=C.UTF-8 \
        "$PG_BIN/postgres" -D "$data" </dev/null >>"$log" 2>&1) &
    CLUSTER_PID=$!
    for ((i = 0; i < 600; i++)); do
        "$PG_BIN/pg_isready" -q -h "$sockdir" -U ibasho -d postgres && return 0
        kill -0 "$CLUSTER_PID" 2>/dev/null || break
        sleep 0.05
    done
    echo "cluster: did not start; see $log" >&2
    return 1
}

# cluster_stop DATA: fast shutdown; after 10 s immediate (a server told to stop while it recovers
# from a crash may wait for ever; the next start recovers again). Nothing running is no error.
cluster_stop() {
    local pid i
    pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) || return 0
    # After a crash the file is stale, and its number may be anybody's by now.
    [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ] || return 0
    kill -INT "$pid" 2>/dev/null || return 0
    for ((i = 0; i < 600; i++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        [ "$(ps -o stat= -p "$pid" | cut -c1)" = Z ] && return 0
        ((i == 200)) && kill -QUIT "$pid" 2>/dev/null
        sleep 0.05
    done
    echo "cluster: $1 did not stop" >&2
    return 1
}
