# ops/lib/demo_federation.sh - the demo's federation, made by the commands people type (ops/README.md,
# "A federation"): an office with its three root keys, every node a member, and the towns' key halves
# at the prefecture's node, so that a town that was restarted needs nobody. Everything here is done
# only where it is not done yet. To be sourced after demo.sh.
# In production each root key is on its holder's own stick; here all three lie together, and say so.
OFFICE=$BASE/federation-demo
DEMO_FEDERATION=hinata-demo
DEMO_HOLDERS=(ひなた県 あおぞら市 みどり町)
DEMO_RENEW_S=$((6 * 86400)) # a registry lives seven days: one of yesterday is followed by a new one

office() { "$BASE/bin/ibasho" federation "$@" 2>&1; }

# The number of the registry in force; 0: none yet.
office_newest() {
    local file n newest=0
    for file in "$OFFICE"/registry-*.txt; do
        n=${file##*/registry-}
        n=${n%.txt}
        [[ $n =~ ^[0-9]+$ ]] && ((n > newest)) && newest=$n
    done
    echo "$newest"
}

# Sets ROOTS: the words that name two of the three root keys.
demo_office() {
    local said n
    install -d -m 0700 "$OFFICE" "$OFFICE/roots"
    if [ "$(office_newest)" = 0 ]; then
        rm -f "$OFFICE/$DEMO_FEDERATION"-root-*.pem "$OFFICE"/roots/*.pem # an interrupted begin
        said=$(
            IFS=,
            office init "$OFFICE" --name "$DEMO_FEDERATION" --title "ひなた県の連合（デモ）" \
                --holders "${DEMO_HOLDERS[*]}"
        ) || die "no federation: $said"
        cat >"$OFFICE/roots/README.txt" <<'TEXT'
試用のための根の鍵です。三つが一か所にあるので、何も守りません。
本番では三人が一つずつ、別の媒体で持ち帰ります（ops/README.md）。
These root keys are the demo's. All three lie in one place, so they protect nothing.
TEXT
    fi
    for n in 1 2 3; do
        [ ! -e "$OFFICE/$DEMO_FEDERATION-root-$n.pem" ] ||
            mv "$OFFICE/$DEMO_FEDERATION-root-$n.pem" \
                "$OFFICE/roots/DEMO-root-$n-${DEMO_HOLDERS[n - 1]}.pem"
    done
    ROOTS=(--root "$OFFICE/roots/DEMO-root-1-${DEMO_HOLDERS[0]}.pem"
        --root "$OFFICE/roots/DEMO-root-2-${DEMO_HOLDERS[1]}.pem")
}

# A demo that was away for a month finds a registry that is over: then the next one follows here.
demo_renew() {
    local said until
    until=$(sed -n '2s/.*"expires":"\([^"]*\)".*/\1/p' "$OFFICE/registry-$(office_newest).txt")
    (($(date -d "$until" +%s) - $(date +%s) < DEMO_RENEW_S)) || return 0
    said=$(office renew "$OFFICE" "${ROOTS[@]}") || die "the registry was not renewed: $said"
}

# NAME TITLE: an invitation, and with its check code the node's request.
demo_ask_to_join() {
    local said
    rm -f "$OFFICE/$1".*.txt
    said=$(office invite "$OFFICE" --for "$2" "${ROOTS[@]:0:2}" --to "$OFFICE/$1.invitation.txt") &&
        [[ $said =~ [0-9a-f]{4}(-[0-9a-f]{4}){3} ]] || die "$1 was not invited: $said"
    said=$(ibasho "$1" federation join "$OFFICE/$1.invitation.txt" --title "$2" \
        --endpoint "${URL_FEDERATION#https://}" --certificate "$DATA/front/federation.pem" \
        --check "${BASH_REMATCH[0]}" --to "$OFFICE/$1.join.txt" 2>&1) || die "$1 cannot join: $said"
}

# NAME ROLE TITLE
demo_join() {
    local said id roles=host,guest
    node_names "$1"
    node_ports
    node_urls
    id=$(sed -n 's/^node\.id = //p' "$DATA/node.conf")
    ! grep -q "\"node\":\"$id\"" "$OFFICE/registry-$(office_newest).txt" || return 0
    [ "$2" != coordinator ] || roles=coordinator
    demo_ask_to_join "$1" "$3"
    said=$(office admit "$OFFICE" "$OFFICE/$1.join.txt" "${ROOTS[@]}" --contract "demo-$1" \
        --to 2099-03-31 --population 30000 --roles "$roles") || die "$1 was not admitted: $said"
}

# NAME: the number of the registry it has; 0: none.
demo_has_registry() {
    told_number seq "$(ibasho "$1" federation show --json)"
}

# NAME: every registry it has not yet, in order; a first one is the newest. What it heard of from
# another node meanwhile is no error.
demo_take() {
    local has newest n said=
    newest=$(office_newest)
    has=$(demo_has_registry "$1")
    ((has > 0)) || has=$((newest - 1))
    for ((n = has + 1; n <= newest; n++)); do
        said=$(ibasho "$1" federation take "$OFFICE/registry-$n.txt" 2>&1) || true
    done
    has=$(demo_has_registry "$1")
    ((has >= newest)) || die "$1 has registry $has, not $newest: $said"
}

# NAME: waits until it has heard from the prefecture's node that its registry is the newest; whoever is
# handed the one he has asks at once.
demo_hear() {
    local i
    for ((i = 0; i < 20; i++)); do
        [[ $(ibasho "$1" federation show --json) != *'"is_fresh":true'* ]] || return 0
        ibasho "$1" federation take "$OFFICE/registry-$(office_newest).txt" >/dev/null 2>&1 || true
        sleep 0.3
    done
    echo "$1: the prefecture's node has not said yet that the registry is the newest"
}

# All nodes of the demo; with a name that one alone joins.
demo_federate() { # [NAME]
    local name role title
    demo_office
    while read -r -u 3 name role title; do
        [ "${1:-$name}" != "$name" ] || demo_join "$name" "$role" "$title"
    done 3< <(demo_rows)
    demo_renew
    for name in $(demo_names); do demo_take "$name"; done
    while read -r -u 3 name role title; do
        [ "$role" = coordinator ] || demo_deposit "$name"
        [ "$role" = coordinator ] || demo_hear "$name"
    done 3< <(demo_rows)
}

# ---- the towns' key halves ----

# NAME METHOD PATH FILE: one request on the admin socket; the body is in a file, never in a command.
demo_admin() {
    node_names "$1"
    curl -fsS --max-time 30 --unix-socket "$NODE_RUN/admin.sock" -X "$2" \
        -H 'Content-Type: application/json' --data-binary "@$4" "http://localhost$3" >/dev/null
}

half_body() { printf '{"half":"%s"}\n' "$(base64 -w 0 | tr '+/' '-_' | tr -d '=')"; }

# The municipality's half. A town has it on paper in a safe; the demo's paper is this file, for root
# alone, for when the prefecture's node does not give the half back.
demo_paper() { # NAME
    [ -s "$BASE/$1.half" ] || (umask 077 && openssl rand 32 | half_body >"$BASE/$1.half")
}

# NAME: a town that an older checkout made has its half in a file beside the other one, and may lack
# a row of the configuration.
demo_follow() {
    local token hex
    node_names "$1"
    token=$DATA/keyd/municipality.token
    grep -q '^federation\.allow_private' "$DATA/node.conf" ||
        echo 'federation.allow_private = true' >>"$DATA/node.conf"
    [ "$2" != coordinator ] && grep -q '^keyd\.boot = token' "$DATA/node.conf" || return 0
    if [ -s "$DATA/keys/keystore" ] && [ -s "$token" ]; then
        hex=$(sed -n '2s/^[0-9]* //p' "$token")
        # shellcheck disable=SC2059 # the bytes of the half are the format
        (umask 077 && printf "$(sed 's/../\\x&/g' <<<"$hex")" | half_body >"$BASE/$1.half")
    fi
    sed -i 's/^keyd\.boot = token/keyd.boot = escrow/' "$DATA/node.conf"
}

# NAME: the prefecture's node said no, and says so for a while.
demo_is_refused() {
    case $(told asked "$(ibasho "$1" key escrow status --json)") in
    rate | escrow-revoked | contract-ended | not-member | unknown-key | not-found) return 0 ;;
    *) return 1 ;;
    esac
}

# NAME ROLE: until everything of the node is there. A new town gets its half; one that was restarted
# gets it back from the prefecture's node (which takes nothing in its first five seconds).
demo_ready() {
    local i path
    node_supervise --wait "$1" || return 1
    [ "$2" != coordinator ] || {
        node_ready "$1"
        return
    }
    node_ports
    node_urls
    node_says '"(locked|ok)"' || return 1
    path=/api/v1/keys/unlock
    if [ ! -s "$DATA/keys/keystore" ]; then
        path=/api/v1/keys/sheet
    elif grep -q '[0-9a-f]\{64\}' "$DATA/keyd/boot.key" 2>/dev/null; then
        for ((i = 0; i < 200; i++)); do
            [[ ! $(node_health) =~ '"ok"' ]] || return 0
            ((i % 10 < 9)) || ! demo_is_refused "$1" || break
            sleep 0.1
        done
        echo "$1: no half from the prefecture's node; the sheet opens it"
    fi
    demo_paper "$1"
    demo_admin "$1" POST "$path" "$BASE/$1.half" || die "$1: the sheet does not open it"
    rm -f "$DATA/keyd/municipality.token"
    node_says '"ok"'
}

# NAME: waits until its half is at the prefecture's node. What people ended stays ended.
demo_deposit() {
    local i state=
    for ((i = 0; i < 150; i++)); do
        state=$(told state "$(ibasho "$1" key escrow status --json)") || true
        case $state in hold | stop | refused) return 0 ;; esac
        sleep 0.1
    done
    echo "$1: its key half is not at the prefecture's node yet (ibasho key escrow status)"
}
