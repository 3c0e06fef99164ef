/* What a monthly report says beside the figures, worked out by hand over a May of 2026: what is
 * left out (trial IDs, drills, what was undone), what belongs to another month, when the node
 * was silent. */
#include "reporting/monthly_facts_store.h"

#include "reporting/up_store.h"
#include "tests/integration/kpi_fixture.h"
#include "tests/t.h"

/* MADE: four days after the month. */
#define MADE "2026-06-04T12:00:00+09:00"

static void sos(struct may *m, int n, enum pupil child, const char *at, bool is_open)
{
    SQL(m,
        "INSERT INTO sos (id, at, account, kind, from_page, is_open_hours, undo_until) VALUES"
        " ('00000000-0000-4000-8000-%012d', '2026-%s+09', '%s', '', '', %s, now())",
        n, at, may_text(m, m->pupils[child]), is_open ? "true" : "false");
}

static void sos_step(struct may *m, int n, const char *act, const char *at)
{
    SQL(m,
        "INSERT INTO sos_step (id, at, sos, account, act, role, n_made) SELECT"
        " gen_random_uuid(), '2026-%s+09', id, account, '%s', '', 0 FROM sos WHERE id ="
        " '00000000-0000-4000-8000-%012d'",
        at, act, n);
}

static void incident(struct may *m, int n, const char *kind, int level, const char *at)
{
    SQL(m,
        "INSERT INTO incident (id, at, account, kind, urgency, severity, floor, template,"
        " procedure, role) VALUES ('00000000-0000-4000-8000-%012d', '2026-%s+09', '%s', '%s',"
        " 1, %d, '', '', '', '')",
        n, at, may_text(m, m->pupils[n == 9 ? TRIAL : AKI]), kind, level);
}

static void incident_step(struct may *m, int n, const char *act, const char *at)
{
    SQL(m,
        "INSERT INTO incident_step (id, at, incident, account, act, role, n_made) SELECT"
        " gen_random_uuid(), '2026-%s+09', id, account, '%s', '', 0 FROM incident WHERE id ="
        " '00000000-0000-4000-8000-%012d'",
        at, act, n);
}

static void up_from(struct may *m, const char *from, const char *to)
{
    SQL(m,
        "INSERT INTO up_span (id, from_at, to_at) VALUES (gen_random_uuid(), '2026-%s+09',"
        " '2026-%s+09')",
        from, to);
}

static void notice(struct may *m, const char *kind, const char *state, const char *made,
                   const char *ended)
{
    SQL(m,
        "INSERT INTO notify_notice (id, receiver, account, channel, kind, priority, cause,"
        " link, made_at, due_at, give_up_at, state, ended_at) VALUES (gen_random_uuid(),"
        " gen_random_uuid(), gen_random_uuid(), 'mail', '%s', 1, gen_random_uuid(), '',"
        " '2026-%s+09', now(), now(), '%s', '2026-%s+09')",
        kind, made, state, ended);
}

static void write_may(struct may *m)
{
    sos(m, 1, AKI, "05-02 10:00", true);
    sos_step(m, 1, "seen", "05-02 10:01");
    sos_step(m, 1, "answer", "05-02 10:02");
    sos_step(m, 1, "answer", "05-02 10:50"); /* the first counts */
    sos(m, 2, AKI, "05-03 22:00", false);
    sos_step(m, 2, "answer", "05-03 22:10");
    sos(m, 3, BUN, "05-31 23:59", false);
    sos_step(m, 3, "answer", "06-04 12:30"); /* after the report was made */
    sos(m, 4, BUN, "05-05 10:00", true);
    sos_step(m, 4, "undone", "05-05 10:00");
    sos(m, 5, TRIAL, "05-06 10:00", true);
    sos(m, 6, AKI, "06-01 00:00", true);

    incident(m, 1, "crisis", 3, "05-04 10:00");
    incident_step(m, 1, "read", "05-04 10:20");
    incident_step(m, 1, "take", "05-04 10:10"); /* whichever was first */
    incident_step(m, 1, "close", "05-20 10:00");
    incident(m, 2, "crisis", 3, "05-30 10:00"); /* nobody has read it */
    incident(m, 3, "contact", 1, "05-10 10:00");
    incident_step(m, 3, "close", "06-02 10:00"); /* open at the end, closed for the report */
    incident(m, 4, "manual", 3, "04-30 10:00");  /* of April, open still */
    incident(m, 5, "drill", 3, "05-10 10:00");
    incident(m, 9, "crisis", 3, "05-10 10:00"); /* of a trial ID */

    up_from(m, "05-11 00:00", "05-21 00:00"); /* 10 days of silence before are not on record */
    up_from(m, "05-21 06:00", "05-31 12:00");
    up_from(m, "05-31 13:00", "06-04 12:00");

    notice(m, "sos", "sent", "05-02 10:00", "05-02 10:00:30");
    notice(m, "report", "sent", "05-04 06:00", "05-04 07:00");
    notice(m, "sos", "given_up", "05-05 10:00", "05-06 10:00");
    notice(m, "incident", "cancelled", "05-06 10:00", "05-06 10:01");
    notice(m, "account", "sent", "05-06 10:00", "05-06 10:01");
}

static const struct monthly_line *find_line(const struct monthly_line *lines,
                                            enum monthly_kind kind, const char *name)
{
    const struct monthly_fact *fact = monthly_fact_find(kind, span_text(name));

    invariant(fact != NULL, "no fact %s", name);
    return &lines[fact - monthly_facts];
}

T_CASE(monthly_facts_are_those_of_the_month)
{
    static const struct {
        const char *name;
        enum monthly_kind kind;
        int64_t num, den;
    } want[] = {
        {"crisis", MONTHLY_INCIDENT, 2, 1},
        {"contact", MONTHLY_INCIDENT, 1, 1},
        {"warning", MONTHLY_INCIDENT, 0, 0},
        {"manual", MONTHLY_INCIDENT, 0, 0},
        {"open", MONTHLY_INCIDENT, 3, 0},
        {"grave_read", MONTHLY_INCIDENT, 1, 2},
        {"read_median", MONTHLY_INCIDENT, 600, 1},
        {"read_longest", MONTHLY_INCIDENT, 600, 1},
        {"sos", MONTHLY_INQUIRY, 3, 2},
        {"sos_in_hours", MONTHLY_INQUIRY, 1, 3},
        {"sos_answered", MONTHLY_INQUIRY, 2, 3},
        {"answer_median", MONTHLY_INQUIRY, 360, 2},
        {"answer_longest", MONTHLY_INQUIRY, 600, 2},
        {"letter", MONTHLY_INQUIRY, 0, 0},
        {"up", MONTHLY_SERVICE, 21 * 86400 - 7 * 3600, 21 * 86400},
        {"stops", MONTHLY_SERVICE, 2, 21 * 86400},
        {"longest_stop", MONTHLY_SERVICE, 6 * 3600, 2},
        {"notices", MONTHLY_SERVICE, 2, 3},
        {"notice_longest", MONTHLY_SERVICE, 3600, 2},
    };
    static struct may m;
    struct monthly_line lines[MONTHLY_FACTS_N];
    const struct monthly_line *up;
    struct fail why = {.code = ERR_OK};

    T_REQ("KP-3-調達-3b");
    may_start(&m);
    T_EQ(monthly_facts_gather(m.people.store.db, m.term.begin_utc_us, m.term.end_utc_us,
                              may_at(MADE), lines, &why),
         ERR_OK, why.text);
    up = find_line(lines, MONTHLY_SERVICE, "up");
    T_EQ(up->den, 0, "a month of which nothing is on record is no month of silence");
    write_may(&m);
    T_EQ(monthly_facts_gather(m.people.store.db, m.term.begin_utc_us, m.term.end_utc_us,
                              may_at(MADE), lines, &why),
         ERR_OK, why.text);
    for (size_t i = 0; i < T_COUNT(want); i++) {
        const struct monthly_line *line = find_line(lines, want[i].kind, want[i].name);

        T_EQ(line->num, want[i].num, want[i].name);
        T_EQ(line->den, want[i].den, want[i].name);
    }
    SQL(&m, "TRUNCATE sos, sos_step, incident, incident_step, up_span; DELETE FROM"
            " notify_notice"); /* no leaves */
    may_stop(&m);
}

static enum err beat_run(struct tx *tx, void *arg, struct fail *why)
{
    return up_store_beat(tx, *(int64_t *)arg, why);
}

T_CASE(up_span_goes_on_until_the_node_was_silent)
{
    static const struct {
        const char *at, *want;
    } rows[] = {
        {"2026-05-01T10:00:00+09:00", "1 0"},    {"2026-05-01T10:05:00+09:00", "1 300"},
        {"2026-05-01T10:20:00+09:00", "1 1200"}, /* fifteen minutes are no silence */
        {"2026-05-01T10:10:00+09:00", "1 1200"}, /* a clock that was put back */
        {"2026-05-01T10:35:01+09:00", "2 1200"}, {"2026-05-01T10:40:00+09:00", "2 1499"},
    };
    static struct may m;
    struct fail why = {.code = ERR_OK};

    may_start(&m);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int64_t at = may_at(rows[i].at);
        const char *got;

        T_EQ(writer_wait(m.people.store.services.writer, beat_run, &at, &why), ERR_OK,
             why.text);
        got = arena_printf(
            m.people.store.arena, "%lld %lld",
            (long long)store_fixture_i64(&m.people.store, "SELECT count(*) FROM up_span"),
            (long long)store_fixture_i64(
                &m.people.store,
                "SELECT sum(extract(epoch FROM to_at - from_at))::bigint FROM up_span"));
        T_TEXT(got, rows[i].want, rows[i].at);
    }
    may_stop(&m);
}
