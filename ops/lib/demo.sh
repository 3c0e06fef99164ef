# ops/lib/demo.sh - the three nodes of `make run`. To be sourced after node.sh, as root.
# name, role, title: a prefecture's coordinator, a city, a small town.
DEMO_NODES=(
    "pref coordinator ひなた県"
    "aozora municipality あおぞら市"
    "midori municipality みどり町"
)
DEMO_DIR=$CHECKOUT/var/$INSTANCE

demo_names() {
    local row
    for row in "${DEMO_NODES[@]}"; do echo "${row%% *}"; done
}

demo_is_running() {
    local n
    for n in $(demo_names); do
        [ -x "$BASE/bin/ibasho-supervise" ] && [ -e "$BASE/$n.table" ] &&
            "$BASE/bin/ibasho-supervise" --status "$BASE/$n.table" >/dev/null 2>&1 && return 0
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
    [ "$1" != midori ] || demo_login_as "$1" student friend うみ >>"$file.new"
    mv "$file.new" "$file"
}

# NAME JSON: the text of a member whose value needs no unescaping.
told() { sed -n "s/.*\"$1\":\"\([A-Za-z0-9-]*\)\".*/\1/p" <<<"$2"; }

demo_start() {
    local row name role title
    instance_init
    for row in "${DEMO_NODES[@]}"; do
        read -r name role title <<<"$row"
        echo "$title ($name): users, cluster, certificates"
        node_create "$name" "$role" "$title"
    done
    for name in $(demo_names); do node_start "$name"; done
    for name in $(demo_names); do
        node_ready "$name"
        demo_logins "$name"
    done
    demo_board aozora spec people
    demo_board midori always # no roster yet: as a town finds it when its contract begins
    for name in $(demo_names); do first_page "$name" || die "$name: the first page does not answer"; done
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
    local file=$DEMO_DIR/addresses.json row name role title sep= login_sep r l p s
    mkdir -p "$DEMO_DIR"
    umask 077
    {
        echo '['
        for row in "${DEMO_NODES[@]}"; do
            read -r name role title <<<"$row"
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
        done
        printf '\n]\n'
    } >"$file.new"
    chmod 0600 "$file.new"
    mv "$file.new" "$file"
    for name in $(demo_names); do ln -sfn "$BASE/$name" "$DEMO_DIR/$name"; done
}

demo_describe() {
    local row name role title r l p s
    for row in "${DEMO_NODES[@]}"; do
        read -r name role title <<<"$row"
        node_names "$name"
        node_ports
        node_urls
        printf '\n%s (%s, %s)\n' "$title" "$name" "$role"
        printf '  first page   %s\n' "$URL_PUBLIC"
        printf '  office       %s   (certificate %s, password ibasho)\n' "$URL_OFFICE" "$BASE/ca/office-$name.p12"
        printf '  federation   %s\n  uploads      %s\n' "$URL_FEDERATION" "$URL_UPLOADS"
        printf '  data         %s\n  admin socket %s\n' "$DATA" "$NODE_RUN/admin.sock"
        printf '%s' "${DEMO_OPEN[$name]:-}"
        while IFS='|' read -r r l p s; do
            printf '  %-14s %-24s %s\n' "$r" "$l" "$p"
        done <"$BASE/$name.logins"
    done
    printf '\na child (student) needs no code; the code of an adult: make code LOGIN=commissioner@aozora\n'
    printf 'everything above and the secrets of the codes: %s\n' "$DEMO_DIR/addresses.json"
    printf 'a roster to import at みどり町 (あおぞら市 has it already): %s\n' "$CHECKOUT/ops/data/demo-roster.zip"
    printf 'browsers that should trust https here: import %s\n' "$BASE/ca/ca.pem"
}
