# ops/lib/demo_series.sh - a course that the demo's towns hold together: あおぞら市 makes a series of it
# with a date in every week of its timetable and offers it, every other town accepts it and says who
# of its own supports. Done over HTTP as the boards themselves would. To be sourced after
# demo_people.sh; `board` has come in. Kept: BASE/aozora.series (its id; empty: nothing was planned),
# BASE/NAME.offered and BASE/NAME.accepted.
DEMO_HOST=aozora
DEMO_SERIES_RULES="聞《き》くだけでも だいじょうぶです。名前《なまえ》や すんでいる ところは 言《い》いません。"

# Towns that were not offered it yet.
demo_series_missing() {
    local name role title
    while read -r name role title; do
        [ "$role" = coordinator ] || [ "$name" = "$DEMO_HOST" ] || [ -e "$BASE/$name.offered" ] ||
            echo "$name"
    done < <(demo_rows)
}

# NAME: is there anything for its board to do?
demo_series_is_due() {
    case $1 in
    pref) return 1 ;;
    "$DEMO_HOST") [ ! -e "$BASE/$1.series" ] ||
        { [ -s "$BASE/$1.series" ] && [ -n "$(demo_series_missing)" ]; } ;;
    *) [ -s "$BASE/$DEMO_HOST.series" ] && [ ! -e "$BASE/$1.accepted" ] ;;
    esac
}

# The lessons of the plan, one a line: DAY LESSON SLOT COURSE FLOOR BEGIN.
demo_lessons() {
    board GET /api/v1/plan | tr '{' '\n' | sed -n \
        -e 's/^"day":"\([0-9-]*\)".*/\1/p' \
        -e 's/^"lesson":"\([^"]*\)".*"slot":\([0-9]*\).*"from":"\([^"]*\)".*"course":"\([^"]*\)".*"floor":"\([^"]*\)".*/\1 \2 \4 \5 \3/p' |
        awk 'NF == 1 { day = $1; next } { print day, $0 }'
}

# The id of the series, made of the talking course; empty when no week has a lesson of it to come.
demo_series_make() {
    local id course day lesson slot of floor from week last= dates=
    id=$(uuid)
    course=$(board GET /api/v1/courses | tr '{' '\n' |
        sed -n '/"picture":"talk"/s/^"course":"\([^"]*\)".*/\1/p' | tail -n 1)
    while read -r day lesson slot of floor from; do
        week=$(TZ=JST-9 date -d "$from" +%G-%V)
        [ "$of" = "$course" ] && [ "$week" != "$last" ] || continue
        (($(date -d "$from" +%s) > $(date +%s) + 120)) || continue
        last=$week
        dates+="${dates:+,}{\"lesson\":\"$lesson\"}"
    done < <(demo_lessons)
    [ -n "$dates" ] || return 0
    board_json POST /api/v1/shared/series "{\"id\":\"$id\",\"course\":\"$course\",\"floor\":\"plaza\",
        \"places\":20,\"rules\":\"$DEMO_SERIES_RULES\",\"lessons\":[$dates]}" >/dev/null || return 1
    echo "$id"
}

demo_series_offer() {
    local id name node
    if [ ! -e "$BASE/$DEMO_HOST.series" ]; then
        id=$(demo_series_make) || return 1
        printf '%s' "$id" >"$BASE/$DEMO_HOST.series"
    fi
    id=$(cat "$BASE/$DEMO_HOST.series")
    [ -n "$id" ] || return 0
    for name in $(demo_series_missing); do
        node=$(sed -n 's/^node\.id = //p' "$BASE/$name/node.conf")
        board_json POST "/api/v1/shared/series/$id/offer" \
            "{\"id\":\"$(uuid)\",\"node\":\"$node\",\"places\":10}" >/dev/null || return 1
        : >"$BASE/$name.offered"
    done
}

# NAME: accepts, when it has come, and puts its own supporter to every date; a lesson of its own at that
# time gives way.
demo_series_accept() {
    local id i offer= helper plan day lesson slot course floor from own_day own own_slot own_floor _
    id=$(cat "$BASE/$DEMO_HOST.series")
    for ((i = 0; i < 150; i++)); do
        offer=$(board GET /api/v1/shared/offers | sed 's/{"series"/\n&/g' | grep "^{\"series\":\"$id\"") &&
            break
        sleep 0.1
    done
    [ -n "$offer" ] || return 1
    board_json POST "/api/v1/shared/offers/$id/accept" \
        "{\"id\":\"$(uuid)\",\"version\":$(told_first version "$offer")}" >/dev/null || return 1
    helper=$(demo_person supporter)
    plan=$(demo_lessons)
    while read -r day lesson slot course floor from; do
        [[ $floor == shared-* ]] || continue
        while read -r own_day own own_slot _ own_floor _; do
            [ "$own_day $own_slot" = "$day $slot" ] && [[ $own_floor != shared-* ]] || continue
            board_json POST "/api/v1/lessons/$own/cancel" "{\"id\":\"$(uuid)\"}" >/dev/null || return 1
        done <<<"$plan"
        board_json PUT "/api/v1/lessons/$lesson" "{\"id\":\"$(uuid)\",\"day\":\"$day\",\"slot\":$slot,
            \"course\":\"$course\",\"floor\":\"$floor\",\"sub_supports\":false,
            \"supporters\":[{\"account\":\"$helper\"}]}" >/dev/null || return 1
    done <<<"$plan"
    : >"$BASE/$1.accepted"
}

# NAME JSON: the first number of that name.
told_first() { grep -o "\"$1\":[0-9]*" <<<"$2" | head -n 1 | cut -d : -f 2; }

# NAME: its part of it. What cannot be done - people may have changed the plan - holds nobody up.
demo_series() {
    if [ "$1" = "$DEMO_HOST" ]; then demo_series_offer; else demo_series_accept "$1"; fi ||
        echo "$1: the shared series does not stand yet; the next start tries again"
}
