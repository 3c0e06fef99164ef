# ops/lib/demo_hours.sh - contract and opening hours of a demo city, decided over HTTP by its board in
# the school year they are for. To be sourced after demo_people.sh; `board` has come in.

# What `make run` says of them.
DEMO_OPEN_ALWAYS='  open         ALWAYS, day and night and on holidays: here a child can come in at any hour
               (for looking at the place; no real town would open so)
'
declare -A DEMO_OPEN=(
    [aozora]='  open         Mon Wed Fri 10:00-15:00, Tue Thu 10:00-12:00 in Japan, not on holidays
               (as the specification asks; its board changes it at #/hours)
'
)
DEMO_LONG='[{"from":"10:00","to":"15:00"}]' DEMO_SHORT='[{"from":"10:00","to":"12:00"}]'
DEMO_ALWAYS='[{"from":"00:00","to":"24:00"}]'

# The school year it is in Japan, by the year it began in.
demo_year() {
    local year month
    read -r year month < <(TZ=JST-9 date '+%Y %-m')
    echo $((month < 4 ? year - 1 : year))
}

# NAME YEAR: a contract of that school year; one that was there is followed by a new version.
demo_contract() {
    board_json PUT /api/v1/contract "{\"id\":\"$(uuid)\",\"title\":\"オンラインの居場所 運営業務（デモ）\",
        \"contractor\":\"デモ受託者\",\"begins_on\":\"$2-04-01\",\"ends_on\":\"$(($2 + 1))-03-31\",
        \"trial_begins_on\":\"$2-05-07\",\"trial_ends_on\":\"$2-05-29\",
        \"n_student\":400,\"n_staff\":100,\"n_guardian\":100}" >/dev/null || die "$1: no contract"
}

# NAME SLOTS*7: its week, Monday first.
demo_week() {
    board_json PUT /api/v1/hours/pattern "{\"id\":\"$(uuid)\",\"week\":{\"monday\":$2,\"tuesday\":$3,
        \"wednesday\":$4,\"thursday\":$5,\"friday\":$6,\"saturday\":$7,\"sunday\":$8}}" >/dev/null ||
        die "$1: no opening hours"
}

# NAME YEAR: as the specification has it (AI-4.3-ウ-イ-2), and a session on the Saturday after next.
demo_hours_spec() {
    local days saturday
    demo_week "$1" "$DEMO_LONG" "$DEMO_SHORT" "$DEMO_LONG" "$DEMO_SHORT" "$DEMO_LONG" '[]' '[]'
    days=$((13 - $(TZ=JST-9 date +%u)))
    saturday=$(TZ=JST-9 date -d "@$(($(date +%s) + days * 86400))" +%F)
    board_json PUT /api/v1/hours/days "{\"id\":\"$(uuid)\",\"day\":\"$saturday\",
        \"title\":\"ほっとルーム\",\"slots\":[{\"from\":\"14:00\",\"to\":\"16:00\"}]}" >/dev/null ||
        die "$1: no session"
}

# NAME YEAR: at every minute of the contract: no turn of the year, every holiday taken out.
demo_hours_always() {
    local a=$DEMO_ALWAYS today month day i
    demo_week "$1" "$a" "$a" "$a" "$a" "$a" "$a" "$a"
    board_json PUT /api/v1/hours/year-end "{\"id\":\"$(uuid)\"}" >/dev/null ||
        die "$1: the turn of the year closes"
    today=$(TZ=JST-9 date +%F)
    for ((i = 3; i < 15; i++)); do
        printf -v month '%04d-%02d' $(($2 + i / 12)) $((i % 12 + 1))
        [[ ! $month < ${today%-*} ]] || continue
        for day in $(board GET "/api/v1/hours/month?month=$month" | tr '{' '\n' |
            sed -n '/"rule":"holiday"/s/.*"day":"\([0-9-]*\)".*/\1/p'); do
            [[ ! $day < $today ]] || continue
            board_json PUT /api/v1/hours/holidays \
                "{\"id\":\"$(uuid)\",\"day\":\"$day\",\"is_holiday\":false}" >/dev/null ||
                die "$1: $day closes"
        done
    done
}
