# ops/lib/demo.sh - the nodes of `make run`. To be sourced after node.sh, as root.
# name, role, title: a prefecture's coordinator, a city, a small town.
DEMO_NODES=(
    "pref coordinator ひなた県"
    "aozora municipality あおぞら市"
    "midori municipality みどり町"
)
DEMO_DIR=$CHECKOUT/var/$INSTANCE
DEMO_TOWNS=$BASE/towns # the same of towns that were added (ops/add-town)

demo_rows() {
    printf '%s\n' "${DEMO_NODES[@]}"
    [ ! -e "$DEMO_TOWNS" ] || cat "$DEMO_TOWNS"
}

demo_names() { demo_rows | cut -d ' ' -f 1; }

node_is_up() {
    [ -x "$BASE/bin/ibasho-supervise" ] && [ -e "$BASE/$1.table" ] &&
        "$BASE/bin/ibasho-supervise" --status "$BASE/$1.table" >/dev/null 2>&1
}

demo_is_running() {
    local n
    for n in $(demo_names); do
        ! node_is_up "$n" || return 0
    done
    return 1
}

demo_stop() {
    local n pids=() p bad=0
    for n in $(demo_names); do
        node_stop "$n" &
        pids+=($!)
    done
    for p in "${pids[@]}"; do wait "$p" || bad=1; done
    return $bad
}

ROLES="student guardian supporter instructor guest_teacher school_staff commissioner contractor
data_holder analyst coordinator auditor"
# What the demo calls its people on the screens.
declare -A DEMO_NAMES=([student]=そら [guardian]=そらの家の人 [supporter]=支援員ゆき
    [instructor]=授業のはる先生 [guest_teacher]=ゲストのなぎ先生 [school_staff]=学校のみどり先生
    [commissioner]=教育委員会担当 [contractor]=受託者担当 [data_holder]=保有・管理担当
    [analyst]=分析担当 [coordinator]=県コーディネーター [auditor]=監査担当)

# NAME ROLE [WORDS]: one login, as "role|login|password|one-time secret".
demo_login() { demo_login_as "$1" "$2" "${2//_/-}" "${DEMO_NAMES[$2]}" "${@:3}"; }

# NAME ROLE LOGIN SHOWN [WORDS]: the same for one more of a role.
demo_login_as() {
    local name=$1 role=$2 stem=$3 shown=$4 login answer try
    shift 4
    # An interrupted first start may have taken the name, and its password is lost.
    for try in "" -2 -3 -4; do
        login=$stem$try@$name
        answer=$(ibasho "$name" account create --role "$role" --login "$login" \
            --name "$shown" --json "$@" 2>&1) && break
        [[ $answer == *"(conflict)"* ]] || die "$name: account $login: $answer"
    done
    printf '%s|%s|%s|%s\n' "$role" "$login" "$(told password "$answer")" \
        "$(told totp_secret "$answer")"
}

# One login a role, made by the operator's own command. Passwords and one-time secrets are told once
# and kept here, readable by root alone: a second start, and whoever reads addresses.json, finds
# the accounts that are there.
demo_logins() { # NAME
    local file=$BASE/$1.logins role
    [ ! -s "$file" ] || return 0
    : >"$file.new"
    chmod 0600 "$file.new"
    for role in $ROLES; do
        [ "$1/$role" != aozora/school_staff ] || continue # her school comes with the roster
        demo_login "$1" "$role" >>"$file.new"
    done
    # A second child, to write to and to meet.
    case $1 in
    pref | aozora) ;;
    *) demo_login_as "$1" student friend うみ >>"$file.new" ;;
    esac
    mv "$file.new" "$file"
}

# NAME JSON: the text, or the number, of a member whose value needs no unescaping.
told() { sed -n "s/.*\"$1\":\"\([A-Za-z0-9-]*\)\".*/\1/p" <<<"$2"; }
told_number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"$2"; }

# NAME ROLE TITLE: a town's half lies at the prefecture's node, the prefecture's own beside the other.
demo_create() {
    local boot=escrow
    [ "$2" != coordinator ] || boot=token
    echo "$3 ($1): users, cluster, certificates"
    IBASHO_KEYD_BOOT=$boot node_create "$@"
    demo_follow "$1" "$2"
}

demo_start() {
    local name role title
    instance_init
    while read -r -u 3 name role title; do demo_create "$name" "$role" "$title"; done 3< <(demo_rows)
    for name in $(demo_names); do node_start "$name"; done
    while read -r -u 3 name role title; do
        demo_ready "$name" "$role"
        demo_logins "$name"
    done 3< <(demo_rows)
    demo_federate
    for name in $(demo_names); do
        case $name in
        pref) ;;
        aozora) demo_board "$name" spec people ;;
        *) demo_board "$name" always ;; # no roster yet: as a town finds it when its contract begins
        esac
    done
    for name in $(demo_names); do first_page "$name" || die "$name: the first page does not answer"; done
    demo_addresses
}

# NAME TITLE KANA: one more town beside the running ones; a second time the same one is only shown.
demo_add_town() {
    if ! grep -q "^$1 " < <(demo_rows); then
        demo_create "$1" municipality "$2"
        printf '%s municipality %s\n' "$1" "$2" >>"$DEMO_TOWNS"
        [ -z "$3" ] || printf '%s\n' "$3" >"$BASE/$1.kana"
    fi
    node_is_up "$1" || node_start "$1"
    demo_ready "$1" municipality
    demo_logins "$1"
    demo_federate "$1"
    demo_board aozora spec people # offers it the series
    demo_board "$1" always
    first_page "$1" || die "$1: the first page does not answer"
    demo_addresses
}

first_page() {
    local i page
    node_names "$1"
    node_ports
    node_urls
    for ((i = 0; i < 100; i++)); do
        page=$(curl -fsS --max-time 5 --cacert "$BASE/ca/ca.pem" "$URL_PUBLIC/" 2>/dev/null) &&
            grep -qi '<!doctype html' <<<"$page" && return 0
        sleep 0.1
    done
    return 1
}

# Nothing in these values needs escaping: names, hexadecimal, base32, URLs, our own paths.
demo_addresses() {
    local file=$DEMO_DIR/addresses.json name role title sep= login_sep r l p s
    mkdir -p "$DEMO_DIR"
    umask 077
    {
        echo '['
        while read -r name role title; do
            node_names "$name"
            node_ports
            node_urls
            printf '%s  {"name": "%s", "role": "%s", "title_ja": "%s",\n' "$sep" "$name" "$role" "$title"
            printf '   "public_url": "%s",\n' "$URL_PUBLIC"
            printf '   "office_url": "%s", "federation_url": "%s",\n' "$URL_OFFICE" "$URL_FEDERATION"
            printf '   "uploads_url": "%s",\n' "$URL_UPLOADS"
            printf '   "admin_socket": "%s", "data_dir": "%s",\n' "$NODE_RUN/admin.sock" "$DATA"
            printf '   "ca": "%s", "office_certificate": "%s",\n' "$BASE/ca/ca.pem" "$BASE/ca/office-$name.p12"
            printf '   "logins": ['
            login_sep=
            while IFS='|' read -r r l p s; do
                printf '%s\n     {"role": "%s", "login": "%s", "password": "%s", "totp_secret": "%s"}' \
                    "$login_sep" "$r" "$l" "$p" "$s"
                login_sep=,
            done <"$BASE/$name.logins"
            printf ']}'
            sep=$',\n'
        done < <(demo_rows)
        printf '\n]\n'
    } >"$file.new"
    chmod 0600 "$file.new"
    mv "$file.new" "$file"
    for name in $(demo_names); do ln -sfn "$BASE/$name" "$DEMO_DIR/$name"; done
}

# [NAME]: what people need to look at it; for programs and for the rest there is addresses.json.
demo_describe() {
    local name role title r l p s
    while read -r name role title; do
        [ "${1:-$name}" = "$name" ] || continue
        node_names "$name"
        node_ports
        node_urls
        printf '\n%s (%s, %s)\n' "$title" "$name" "$role"
        printf '  first page   %s\n  office       %s\n' "$URL_PUBLIC" "$URL_OFFICE"
        [ "$role" = coordinator ] || printf '%s' "${DEMO_OPEN[$name]:-$DEMO_OPEN_ALWAYS}"
        while IFS='|' read -r r l p s; do
            printf '  %-14s %-24s %s\n' "$r" "$l" "$p"
        done <"$BASE/$name.logins"
    done < <(demo_rows)
    printf '\na child (student) needs no code; the code of an adult: make code LOGIN=commissioner@aozora\n'
    printf 'sockets, data, certificates, codes: var/%s/addresses.json\n' "$INSTANCE"
}
