# ops/lib/node.sh - one node of this machine: make, start, stop, remove. To be sourced, as root.
# An instance is a set of nodes that belong to one checkout: "demo" is what `make run` shows,
# "test..." what tests start. Instances share nothing: other users, directories, ports.
#   /var/lib/ibasho-KIND-HASH/            bin/ web/ ca/ NODE/ (data_dir) NODE.table NODE.ports
#                                         (under IBASHO_HOME, where that is set: tests/run)
#   /run/ibasho-HASH/                     NODE/ (run_dir) NODE.supervise.state
# A unix socket's path holds 107 bytes and a checkout may be deep, or in a home that a node's user
# cannot enter: so nothing that runs stands in the checkout; programs are copied out of it.
# Who may what: DATA is the node user's, with the front's group to pass through to front/ alone;
# the front's user owns nothing and reads its own configuration and certificate.

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
INSTANCE=${IBASHO_INSTANCE:-demo}
HASH=$(printf '%s\n' "$CHECKOUT" "$INSTANCE" | sha256sum | cut -c1-8)
BASE=${IBASHO_HOME:-/var/lib}/ibasho-${INSTANCE%%[!a-z]*}-$HASH
RUN=/run/ibasho-$HASH
# In a checkout the programs are built, in an unpacked `make dist` they lie in bin/.
if [ -x "$CHECKOUT/bin/ibasho-node" ]; then
    BUILD=bin WEB=web
else
    BUILD=${IBASHO_BUILD:-build/release} WEB=build/web
fi
PORTS_A_NODE=7

. "$CHECKOUT/ops/lib/cluster.sh"
. "$CHECKOUT/ops/lib/certs.sh"

die() {
    printf 'ibasho: %s\n' "$*" >&2
    exit 1
}

need_root() {
    [ "$(id -u)" -eq 0 ] || die "$1 makes one system user a node, so that no node can read" \
        "another's data. That takes root: sudo make ${2:-run}"
}

# Sets NODE, DATA, NODE_RUN, NODE_USER, FRONT_USER, TABLE for the node NAME.
node_names() {
    NODE=$1
    [[ $NODE =~ ^[a-z][a-z0-9]{0,15}$ ]] || die "a node's name is 1-16 of a-z and 0-9: $NODE"
    DATA=$BASE/$NODE
    NODE_RUN=$RUN/$NODE
    NODE_USER=ibd-$HASH-$NODE
    FRONT_USER=$NODE_USER-f
    TABLE=$BASE/$NODE.table
}

# Programs, the browser client and a certificate authority of the instance. Running programs keep
# their old files: install replaces, it does not overwrite.
instance_init() {
    local p
    install -d -m 0755 "$BASE" "$BASE/bin" "$RUN"
    printf '%s\n' "$CHECKOUT" "$INSTANCE" >"$BASE/checkout"
    for p in ibasho-node ibasho-voice ibasho-keyd ibasho-archive ibasho ibasho-supervise; do
        install -m 0755 "$CHECKOUT/$BUILD/$p" "$BASE/bin/.$p" || return 1
        mv -f "$BASE/bin/.$p" "$BASE/bin/$p"
    done
    rm -rf "$BASE/web.new" "$BASE/web.old"
    cp -rT "$CHECKOUT/$WEB" "$BASE/web.new" || return 1
    chmod -R u=rwX,go=rX "$BASE/web.new"
    [ ! -d "$BASE/web" ] || mv "$BASE/web" "$BASE/web.old"
    mv "$BASE/web.new" "$BASE/web"
    rm -rf "$BASE/web.old"
    ca_init "$BASE/ca"
}

instance_nodes() {
    local t
    for t in "$BASE"/*.table; do
        [ -e "$t" ] || continue
        t=${t##*/}
        echo "${t%.table}"
    done
}

# All nodes of the instance, with everything they ever wrote.
instance_remove() {
    local n
    for n in $(instance_nodes); do
        node_remove "$n" || return 1
    done
    rm -rf "$BASE" "$RUN"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The first block of free ports from a place that the instance's hash chooses; kept for later
# starts, so that an address stays good. Below the range that the kernel hands out itself.
node_ports() {
    local file=$BASE/$NODE.ports base i try lock
    if [ ! -s "$file" ]; then
        # Instances that start at the same moment must not choose the same block.
        exec {lock}</var/lib
        flock "$lock"
        base=$((10000 + 16#${HASH:0:6} % 2000 * 10))
        for ((try = 0; try < 200; try++, base += 10)); do
            ((base < 32000)) || base=10000
            # No pipe: under pipefail a writer that outlives grep -q would hide the match.
            grep -qx -- "$base" {/var/lib,/run/ibt.*}/ibasho-*/*.ports 2>/dev/null && continue
            for ((i = 0; i < PORTS_A_NODE; i++)); do
                port_is_free $((base + i)) || continue 2
            done
            break
        done
        ((try < 200)) || die "no free ports found"
        echo "$base" >"$file"
        exec {lock}<&-
    fi
    read -r base <"$file"
    PORT_HTTP=$base PORT_UPLOADS_HTTP=$((base + 1)) PORT_HTTPS=$((base + 2))
    PORT_UPLOADS=$((base + 3)) PORT_OFFICE=$((base + 4)) PORT_FEDERATION=$((base + 5))
    PORT_VOICE=$((base + 6)) # UDP and TCP
}

# node_urls: where a browser and a test find it. The demo's public pages are plain http, for people
# who look without a certificate; everything else, and every test, is as in production.
# IBASHO_DOMAIN is for tests whose nodes have machines of their own (tests/federation).
DOMAIN=${IBASHO_DOMAIN:-localhost}
node_urls() {
    local host=$NODE.$DOMAIN
    URL_OFFICE=https://office.$host:$PORT_OFFICE
    URL_FEDERATION=https://federation.$host:$PORT_FEDERATION
    if [ "${IBASHO_PLAIN_HTTP:-true}" = true ]; then
        URL_PUBLIC=http://$host:$PORT_HTTP URL_UPLOADS=http://uploads.$host:$PORT_UPLOADS_HTTP
    else
        URL_PUBLIC=https://$host:$PORT_HTTPS URL_UPLOADS=https://uploads.$host:$PORT_UPLOADS
    fi
}

uuid_new() { cat /proc/sys/kernel/random/uuid; }

node_write_conf() { # ID ROLE TITLE
    cat >"$DATA/node.conf" <<CONF
# Written by ops/lib/node.sh; \`ibasho conf show\` explains every name.
node.id = $1
node.name = $NODE
node.role = $2
node.title_ja = $3
node.origin = $NODE.ibasho
node.data_dir = $DATA
node.run_dir = $NODE_RUN
db.socket_dir = $NODE_RUN/pg
db.name = ibasho
keys.dir = $DATA/keys
keyd.dir = $DATA/keyd
keyd.socket = $NODE_RUN/keyd.sock
keyd.boot = ${IBASHO_KEYD_BOOT:-token}
audit.checkpoint_path = $DATA/checkpoints.log
files.dir = $DATA/files
backup.dir = $DATA/backups
web.dir = $BASE/web
http.workers = 2
front.user = $FRONT_USER
front.public_url = $URL_PUBLIC
front.uploads_url = $URL_UPLOADS
front.office_url = $URL_OFFICE
front.federation_url = $URL_FEDERATION
federation.allow_private = true
front.plain_http = ${IBASHO_PLAIN_HTTP:-true}
accounts.operator_makes = ${IBASHO_OPERATOR_MAKES:-true}
${IBASHO_BIND:+front.bind = $IBASHO_BIND}
CONF
    chown "root:$NODE_USER" "$DATA/node.conf"
    chmod 0640 "$DATA/node.conf"
}

# Also into a node.conf that was written before there was voice.
node_conf_voice() {
    ! grep -q '^voice\.socket' "$DATA/node.conf" || return 0
    cat >>"$DATA/node.conf" <<CONF
voice.socket = $NODE_RUN/voice.sock
voice.bind = ${IBASHO_BIND:-127.0.0.1}
voice.udp_port = $PORT_VOICE
voice.tcp_port = $PORT_VOICE
voice.addresses = ${IBASHO_BIND:-127.0.0.1}
CONF
}

# stop_s of the node is more than its own drain limit, so that only a hung one is killed.
node_write_table() {
    local e
    {
        echo "log $DATA/log"
        echo "state $RUN/$NODE.supervise"
        for e in ${IBASHO_NODE_ENV:-}; do echo "env $e"; done
        cat <<ROWS
#       name     user order restart ready renew stop stop_s command
program postgres $NODE_USER 10 always notify - INT 30 $PG_BIN/postgres -D $DATA/cluster
program keyd $NODE_USER 10 always notify - TERM 5 $BASE/bin/ibasho-keyd -c $DATA/node.conf
program voice $NODE_USER 15 always notify - TERM 5 $BASE/bin/ibasho-voice -c $DATA/node.conf
program archive $NODE_USER 15 always none - TERM 10 $BASE/bin/ibasho-archive -c $DATA/node.conf
program node $NODE_USER 20 always notify swap TERM 20 $BASE/bin/ibasho-node -c $DATA/node.conf
program front $FRONT_USER 30 always notify USR2 TERM 5 /usr/sbin/haproxy -Ws -q -f $DATA/front/haproxy.cfg
ROWS
    } >"$TABLE"
    chmod 0600 "$TABLE"
}

# Directories under /run are gone after a restart of the machine.
node_run_dirs() {
    install -d -m 0755 "$RUN"
    install -d -m 0710 -o "$NODE_USER" -g "$FRONT_USER" "$NODE_RUN"
    install -d -m 0750 -o "$NODE_USER" -g "$NODE_USER" "$NODE_RUN/pg"
    install -d -m 2750 -o "$NODE_USER" -g "$FRONT_USER" "$NODE_RUN/front"
}

# node_create NAME ROLE TITLE: everything a node is, not yet running. Returns at once when it is
# there already, but for the files that follow the checkout (table, front's configuration).
node_create() {
    local d
    node_names "$1"
    node_ports
    node_urls
    cluster_user "$NODE_USER" && cluster_user "$FRONT_USER" || die "cannot make user $NODE_USER"
    install -d -m 0710 -o "$NODE_USER" -g "$FRONT_USER" "$DATA"
    install -d -m 0700 "$DATA/log"
    install -d -m 0750 -o root -g "$FRONT_USER" "$DATA/front"
    for d in keys keyd files backups; do
        install -d -m 0700 -o "$NODE_USER" -g "$NODE_USER" "$DATA/$d"
    done
    node_run_dirs
    [ -s "$DATA/node.conf" ] || node_write_conf "$(uuid_new)" "$2" "$3"
    node_conf_voice
    cert_server "$BASE/ca" "$DATA/front/server.pem" "$FRONT_USER" "$NODE.$DOMAIN" \
        "uploads.$NODE.$DOMAIN" "office.$NODE.$DOMAIN"
    cert_federation "$BASE/ca" "$DATA/front/federation.pem" "$FRONT_USER" \
        "federation.$NODE.$DOMAIN"
    # Each town has an office authority of its own: no town's certificate opens another's office.
    ca_init "$BASE/ca/town-$NODE"
    cert_office "$BASE/ca/town-$NODE" "$BASE/ca/office-$NODE" "$NODE"
    node_front
    node_write_table
    if [ ! -s "$DATA/cluster/PG_VERSION" ]; then
        rm -rf "$DATA/cluster" # an interrupted initdb
        cluster_init "$DATA/cluster" "$NODE_USER" "$NODE_RUN/pg" || die "no cluster for $NODE"
    else
        cluster_follow "$DATA/cluster"
    fi
}

# The supervisor gets a session of its own: an interrupt at the terminal is for the caller, who
# stops nodes in order.
node_start() {
    node_names "$1"
    node_run_dirs
    (cd / && exec setsid "$BASE/bin/ibasho-supervise" "$TABLE" </dev/null >>"$DATA/log/start.log" 2>&1) &
}

node_supervise() { # VERB NAME
    node_names "$2"
    "$BASE/bin/ibasho-supervise" "$1" "$TABLE"
}

node_stop() {
    node_names "$1"
    [ ! -e "$TABLE" ] || "$BASE/bin/ibasho-supervise" --stop "$TABLE"
}

node_remove() {
    local u
    node_stop "$1" || return 1
    for u in "$NODE_USER" "$FRONT_USER"; do
        ! getent passwd "$u" >/dev/null || userdel "$u" 2>/dev/null || true
        ! getent group "$u" >/dev/null || groupdel "$u" 2>/dev/null || true
    done
    rm -rf "$DATA" "$NODE_RUN" "$TABLE" "$BASE/$NODE.ports" "$RUN/$NODE".supervise.*
}

# The front's configuration follows the checkout's template at every start.
node_front() {
    install -m 0640 -o root -g "$FRONT_USER" "$BASE/ca/town-$NODE/ca.pem" "$DATA/front/office-ca.pem"
    "$CHECKOUT/ops/front/render" "$DATA/node.conf" "$DATA/front"
}

node_health() {
    curl -fsS --max-time 5 --cacert "$BASE/ca/ca.pem" "$URL_PUBLIC/api/v1/health" 2>/dev/null
}

# A new node gets its key halves once, the municipality's as a local token (keyd.boot = token).
# Then it waits until the node says that everything is there. On a slow machine a program is up
# ("starting") some time before it takes anything.
node_ready() {
    node_supervise --wait "$1" || return 1
    node_ports
    node_urls
    if [ ! -s "$DATA/keys/keystore" ]; then
        node_says '"(locked|ok)"' && node_keys || return 1
    fi
    node_says '"ok"'
}

node_says() { # PATTERN: until its health matches
    local i said=
    for ((i = 0; i < 300; i++)); do
        said=$(node_health) && [[ $said =~ $1 ]] && return 0
        sleep 0.1
    done
    echo "ibasho: $NODE is not ready: ${said:-no answer}; see $DATA/log" >&2
    return 1
}

node_keys() {
    ibasho "$NODE" key init --local-token >/dev/null
}

node_up() { # NAME ROLE TITLE
    node_create "$@" && node_start "$1" && node_ready "$1"
}

ibasho() { # NAME WORDS...: the command line of that node
    node_names "$1"
    shift
    "$BASE/bin/ibasho" -c "$DATA/node.conf" "$@"
}
