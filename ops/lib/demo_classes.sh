# ops/lib/demo_classes.sh - the timetable of a demo city: three courses with pages, decided by the
# board; who teaches and who supports, with what is on file of them; a lesson in every slot of two
# weeks. Done over HTTP as the board itself would. To be sourced after demo_people.sh; `board` has
# come in.

# KIND PICTURE TITLE SUMMARY PAGE: a course with one page, decided; its id.
demo_course() {
    local id made
    id=$(uuid)
    board_json POST /api/v1/courses "{\"id\":\"$id\",\"kind\":\"$1\",\"picture\":\"$2\",
        \"has_hand\":true,\"has_poll\":true,\"has_question\":true,\"places\":20,
        \"title\":\"$3\",\"summary\":\"$4\"}" >/dev/null || die "no course: $3"
    made=$(board_json PUT "/api/v1/courses/$id/pages" "{\"id\":\"$(uuid)\",
        \"pages\":[{\"title\":\"はじめに\",\"text\":\"$4\",\"links\":[]},
                   {\"title\":\"やってみよう\",\"text\":\"$5\",\"links\":[]}]}") || die "no pages: $3"
    board_json POST "/api/v1/courses/$id/decide" "{\"id\":\"$(uuid)\",\"decided\":true,
        \"version\":$(told_number version "$made"),
        \"pages_version\":$(told_number pages_version "$made")}" >/dev/null || die "not decided: $3"
    echo "$id"
}

# ROLE: the id of the one demo person of this role.
demo_person() {
    local answer
    answer=$(board GET "/api/v1/people?role=$1")
    told id "${answer#*\"items\"}"
}

# ACCOUNT KIND WHAT YEAR: what is on file of somebody who teaches or supports.
demo_on_file() {
    board_json POST /api/v1/qualifications "{\"id\":\"$(uuid)\",\"account\":\"$1\",
        \"kind\":\"$2\",\"what\":\"$3\",\"since\":\"$4-04-01\"}" >/dev/null || die "not on file: $3"
}

# The slots of the plan that are not over in the next minute, as "DAY N" lines.
demo_slots() {
    board GET /api/v1/plan | tr '{' '\n' | sed -n \
        -e 's/^"day":"\([0-9-]*\)".*/day \1/p' \
        -e 's/^"n":\([0-9]*\),"from":"[0-9:]*","to":"\([0-9:]*\)".*/slot \1 \2/p' |
        awk -v soon="$(TZ=JST-9 date -d "@$(($(date +%s) + 60))" '+%F %H:%M')" \
            '$1 == "day" { day = $2; next } day " " $3 > soon { print day, $2 }'
}

# Two weeks of a town that is open at every hour: lessons in the evening, too.
demo_slots_always() {
    local i day from slots=
    for from in 09:00 10:15 11:10 13:30 15:00 17:00 19:00 20:30; do
        slots+="${slots:+,}{\"from\":\"$from\",\"to\":\"$(TZ=UTC date -d "$from UTC + 45 min" +%H:%M)\"}"
    done
    for ((i = 0; i < 14; i++)); do
        day=$(TZ=JST-9 date -d "@$(($(date +%s) + i * 86400))" +%F)
        board_json PUT "/api/v1/plan/days/$day" "{\"id\":\"$(uuid)\",\"slots\":[$slots]}" >/dev/null ||
            die "$day: no slots"
    done
}

# NAME HOURS YEAR
demo_classes() {
    local courses teacher helper day n i=0 areas=(sun sea wood)
    teacher=$(demo_person instructor)
    helper=$(demo_person supporter)
    demo_on_file "$teacher" expertise "小学校の先生として10年" "$(($3 - 10))"
    demo_on_file "$helper" support_experience "教育支援センターで3年" "$(($3 - 3))"
    demo_on_file "$helper" support_training "オンライン支援員の研修" "$3"
    courses=(
        "$(demo_course subject number "かずであそぼう" \
            "さいころや カードで、かずを つかって あそびます。" "さいころを 2こ ふって、たしてみよう。")"
        "$(demo_course communication talk "すきなものの話《はなし》" \
            "すきなものを えらんで、きいたり、話《はな》したりします。聞《き》くだけでも いいです。" \
            "すきな たべものを 1つ おもいうかべよう。")"
        "$(demo_course relax leaf "ゆっくり息《いき》をする" \
            "からだを らくにして、ゆっくり 息《いき》をします。" "4つ かぞえて すって、6つ かぞえて はきます。")"
    )
    [ "$2" != always ] || demo_slots_always
    while read -r day n; do
        board_json PUT "/api/v1/lessons/$(uuid)" "{\"id\":\"$(uuid)\",\"day\":\"$day\",\"slot\":$n,
            \"course\":\"${courses[i % 3]}\",\"floor\":\"classes\",\"area\":\"${areas[i % 3]}\",
            \"main\":\"$teacher\",\"sub_supports\":false,\"supporters\":[{\"account\":\"$helper\"}]}" \
            >/dev/null || die "$1: no lesson on $day, slot $n"
        i=$((i + 1))
    done < <(demo_slots)
    ((i > 0)) || die "$1: no slot in two weeks"
}
