# ops/lib/demo_people.sh - what a demo city's board has done before anyone looks: a contract, the
# opening hours (demo_hours.sh), a roster, a duty. Done over HTTP as the board itself would, so that
# it stands in the records too. To be sourced after demo.sh.
DEMO_ROSTER=$CHECKOUT/ops/data/demo-roster.zip

uuid() { cat /proc/sys/kernel/random/uuid; }

# SECRET [STEPS]: the six digits of this half minute, or of one so many later (RFC 6238).
totp() {
    local key mac at=$(($(date +%s) / 30 + ${2:-0})) pad=$((-${#1} & 7)) text=$1
    while ((pad-- > 0)); do text+='='; done
    key=$(base32 -d <<<"$text" | od -An -v -tx1 | tr -d ' \n')
    # shellcheck disable=SC2059 # the eight bytes of the step are the format
    mac=$(printf "$(printf '%016x' "$at" | sed 's/../\\x&/g')" |
        openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" -binary | od -An -v -tx1 | tr -d ' \n')
    at=$((16#${mac:39:1} * 2))
    printf '%06d' $(((16#${mac:at:8} & 0x7fffffff) % 1000000))
}

# METHOD PATH [CURL WORDS]: one request of the board's session in $BOARD_JAR; the answer's body.
board() {
    local method=$1 path=$2
    shift 2
    curl -fsS --max-time 60 --cacert "$BASE/ca/ca.pem" -b "$BOARD_JAR" -c "$BOARD_JAR" \
        -X "$method" -H "Origin: $URL_PUBLIC" "$@" "$URL_PUBLIC$path"
}

board_json() { board "$1" "$2" -H 'Content-Type: application/json' -d "$3"; }

# NAME HOURS [people]: contract and hours of this school year, once its people; only what was not done
# before, so that one code of the board's app serves it all.
demo_board() {
    local name=$1 role login password secret year is_due= is_in= try
    local hours_file=$BASE/$1.hours people_file=$BASE/$1.people help_file=$BASE/$1.help
    local classes_file=$BASE/$1.classes
    year=$(demo_year)
    [ "$(cat "$hours_file" 2>/dev/null)" != "$year" ] || hours_file=
    [ "${3:-}" = people ] && [ ! -e "$people_file" ] || people_file=
    [ ! -e "$help_file" ] || help_file=
    [ ! -e "$classes_file" ] || classes_file=
    ! demo_series_is_due "$name" || is_due=1
    [ -n "$hours_file$people_file$help_file$classes_file$is_due" ] || return 0
    node_names "$name"
    node_ports
    node_urls
    BOARD_JAR=$(mktemp)
    chmod 0600 "$BOARD_JAR"
    while IFS='|' read -r role login password secret; do
        [ "$role" = commissioner ] || continue
        # A code is good once, and three are good at any time: the oldest first, so that whoever looks
        # at the demo has his own.
        for try in -1 0 1 30; do
            [ "$try" != 30 ] || { sleep $((31 - $(date +%s) % 30)) && try=0; }
            board_json POST /api/v1/session "{\"login\":\"$login\",\"password\":\"$password\",
                \"code\":\"$(totp "$secret" "$try")\"}" >/dev/null 2>&1 && is_in=1 && break
        done
        [ -n "$is_in" ] || die "$name: the board cannot sign in"
    done <"$BASE/$name.logins"
    if [ -n "$hours_file" ]; then
        demo_contract "$name" "$year"
        "demo_hours_$2" "$name" "$year"
        echo "$year" >"$hours_file"
    fi
    if [ -n "$people_file" ]; then
        demo_people "$name"
        : >"$people_file"
    fi
    if [ -n "$help_file" ]; then
        demo_help "$name"
        : >"$help_file"
    fi
    if [ -n "$classes_file" ]; then
        demo_classes "$name" "$2" "$year"
        : >"$classes_file"
    fi
    # Again: the dates are of the plan that was only just made.
    ! demo_series_is_due "$name" || demo_series "$name"
    board DELETE /api/v1/session >/dev/null
    rm -f "$BOARD_JAR"
}

# NAME: its roster and a duty.
demo_people() {
    local name=$1 id preview school answer i
    answer=$(board POST /api/v1/roster/imports -H 'Content-Type: application/zip' \
        --data-binary "@$DEMO_ROSTER") || die "$name: the roster was not taken"
    id=$(told id "$answer")
    preview=$(told preview "$answer")
    board_json POST "/api/v1/roster/imports/$id/apply" "{\"preview\":\"$preview\"}" >/dev/null ||
        die "$name: the roster was not applied"
    for ((i = 0; i < 300; i++)); do
        answer=$(board GET "/api/v1/roster/imports/$id")
        [ "$(told state "$answer")" != applied ] || break
        sleep 0.2
    done
    [ "$(told state "$answer")" = applied ] || die "$name: the roster is still being applied"
    school=$(board GET /api/v1/schools | tr '{' '\n' | grep '"kind":"school"' | head -n 1)
    school=$(told id "$school")
    demo_login "$name" school_staff --school "$school" >>"$BASE/$name.logins"
    answer=$(board GET "/api/v1/people?role=school_staff")
    board_json POST "/api/v1/people/$(told id "${answer#*\"items\"}")/rights" \
        "{\"id\":\"$(uuid)\",\"right\":\"guidance\",\"school\":\"$school\"}" >/dev/null ||
        die "$name: the school's staff has no duty"
}

declare -A DEMO_KANA=([aozora]=あおぞらし [midori]=みどりちょう)

# NAME: how its name is read, for children; who is told when a child calls and nobody answers: the
# board itself. No mail goes out of a demo: the call stands in the list of its console.
demo_help() {
    local answer me purpose kana=${DEMO_KANA[$1]:-}
    [ -n "$kana" ] || kana=$(cat "$BASE/$1.kana" 2>/dev/null) || true
    [ -z "$kana" ] || board_json PUT /api/v1/settings/first_page.kana \
        "{\"id\":\"$(uuid)\",\"value\":\"$kana\"}" >/dev/null || die "$1: no reading"
    answer=$(board GET "/api/v1/people?role=commissioner")
    me=$(told id "${answer#*\"items\"}")
    for purpose in sos incident; do
        board_json POST /api/v1/duty "{\"id\":\"$(uuid)\",\"purpose\":\"$purpose\",
            \"account\":\"$me\",\"position\":1,\"is_on\":true}" >/dev/null ||
            die "$1: nobody is on duty"
    done
}
