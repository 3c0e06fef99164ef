#include "reporting/weekly_facts.h"

#include <stddef.h>
#include <stdlib.h>

#include "node/base/jx.h"
#include "reporting/weekly_week.h"

/* A login without a logout that was used this lately counts as going on. */
#define FRESH_US (15 * MINUTE_US)

struct making {
    const struct weekly_given *given;
    struct weekly_line *lines;
    size_t n, cap;
};

static enum err add(struct making *m, struct weekly_line line, struct fail *why)
{
    if (m->n == m->cap)
        return fail_set(why, ERR_TOO_LARGE, "%zu lines", m->n);
    m->lines[m->n++] = line;
    return ERR_OK;
}

/* ---- logins ---- */

static enum err add_login(struct making *m, const struct weekly_login *login, struct fail *why)
{
    const struct weekly_given *g = m->given;
    int64_t end = login->closed_utc_us;
    struct weekly_line line = {
        .account = login->account,
        .kind = WEEKLY_LOGIN,
        .begin_utc_us = login->begin_utc_us,
        .is_continued = login->begin_utc_us < g->week_utc_us,
        .end = login->is_out ? WEEKLY_OUT : WEEKLY_ENDED,
        .is_trial = login->is_trial,
    };

    if (end == 0) {
        end = login->seen_utc_us < login->expires_utc_us ? login->seen_utc_us
                                                         : login->expires_utc_us;
        line.end = WEEKLY_UNUSED;
        if (end > g->made_utc_us - FRESH_US && login->expires_utc_us > g->made_utc_us) {
            line.end = WEEKLY_OPEN;
            end = 0;
        }
    }
    if (login->begin_utc_us >= g->week_utc_us + WEEKLY_US || (end != 0 && end < g->week_utc_us))
        return ERR_OK;
    line.end_utc_us = end;
    return add(m, line, why);
}

/* ---- visits ---- */

struct day {
    int64_t us, n_lost;
};
/* One visit: from its first entry to its last end; cuts in between are no presence. */
struct stay {
    int64_t begin, end; /* end: of what is known */
    bool is_in;
    enum weekly_end how;
    struct day days[WEEKLY_DAYS];
};

static void count_in(struct stay *stay, int64_t week, int64_t since, int64_t until)
{
    for (int d = 0; d < WEEKLY_DAYS; d++)
        stay->days[d].us += weekly_share_us(week, d, since, until);
}

static struct stay read_stay(const struct weekly_given *g, const struct visit_event_row *events,
                             size_t n)
{
    struct stay stay = {.begin = events[0].at_utc_us, .how = WEEKLY_OPEN};
    int64_t since = 0;

    for (size_t i = 0; i < n; i++) {
        const struct visit_event_row *e = &events[i];
        bool is_end = e->kind == VISIT_EXIT || e->kind == VISIT_LOST;
        int day = weekly_day(g->week_utc_us, e->at_utc_us);

        if (!is_end && !stay.is_in) {
            stay.is_in = true;
            since = e->at_utc_us;
        }
        if (is_end && stay.is_in) {
            count_in(&stay, g->week_utc_us, since, e->at_utc_us);
            stay.is_in = false;
        }
        if (is_end)
            stay.how = e->kind == VISIT_EXIT ? WEEKLY_EXIT : WEEKLY_LOST;
        if (e->kind == VISIT_LOST && day >= 0)
            stay.days[day].n_lost++;
        stay.end = e->at_utc_us;
    }
    if (stay.is_in) {
        stay.how = WEEKLY_OPEN;
        stay.end = g->made_utc_us;
        count_in(&stay, g->week_utc_us, since, stay.end);
    }
    return stay;
}

static enum err add_stay(struct making *m, const struct visit_event_row *events, size_t n,
                         struct fail *why)
{
    const struct weekly_given *g = m->given;
    const struct stay stay = read_stay(g, events, n);
    enum err rc = ERR_OK;

    for (int d = 0; rc == ERR_OK && d < WEEKLY_DAYS; d++) {
        const int64_t from = g->week_utc_us + d * DAY_US, until = from + DAY_US;
        const bool goes_on = stay.end > until;
        const struct weekly_line line = {
            .account = events[0].account,
            .kind = WEEKLY_STAY,
            .begin_utc_us = stay.begin > from ? stay.begin : from,
            .end_utc_us = goes_on                   ? until
                          : stay.how == WEEKLY_OPEN ? 0
                                                    : stay.end,
            .end = goes_on ? WEEKLY_NEXT : stay.how,
            .is_continued = stay.begin < from,
            .n_lost = stay.days[d].n_lost,
            .seconds = stay.days[d].us / SECOND_US,
            .is_trial = events[0].is_trial,
        };

        /* A visit of no length is one, too; one that ended at midnight was not there after. */
        if (stay.begin < until && (stay.begin >= from || stay.end > from))
            rc = add(m, line, why);
    }
    return rc;
}

/* ---- lessons ---- */

/* All stays of one pupil in one lesson. */
static enum err add_lesson(struct making *m, const struct weekly_lesson *stays, size_t n,
                           struct fail *why)
{
    const struct weekly_lesson *last = &stays[n - 1];
    struct attendance sum = {.us = 0};
    struct weekly_line line = {.account = stays[0].account,
                               .kind = WEEKLY_LESSON,
                               .is_trial = stays[0].is_trial,
                               .lesson = stays[0].lesson,
                               .course = last->course,
                               .course_version = last->course_version,
                               .course_kind = last->course_kind};

    for (size_t i = 0; i < n; i++)
        attendance_add(&sum, stays[i].from_utc_us, stays[i].to_utc_us, stays[i].joined_utc_us,
                       stays[i].left_utc_us, stays[i].why, stays[i].is_open);
    line.begin_utc_us = sum.joined_utc_us;
    line.end_utc_us = sum.is_open ? 0 : sum.left_utc_us;
    line.end = sum.is_open ? WEEKLY_OPEN : last->why == LESSON_LOST ? WEEKLY_LOST : WEEKLY_EXIT;
    line.n_lost = sum.n_lost;
    line.seconds = sum.us / SECOND_US;
    line.is_attended = attendance_counts(&sum, m->given->attended_minutes);
    return add(m, line, why);
}

static bool is_same_lesson(const struct weekly_lesson *a, const struct weekly_lesson *b)
{
    return id_eq(a->account, b->account) && id_eq(a->lesson, b->lesson);
}

/* ---- all ---- */

static int by_line(const void *a, const void *b)
{
    const struct weekly_line *x = a, *y = b;
    int c = memcmp(x->account.b, y->account.b, sizeof x->account.b);

    if (c == 0)
        c = (int)x->kind - (int)y->kind;
    if (c == 0)
        c = (x->begin_utc_us > y->begin_utc_us) - (x->begin_utc_us < y->begin_utc_us);
    return c != 0 ? c : (x->end_utc_us > y->end_utc_us) - (x->end_utc_us < y->end_utc_us);
}

static bool is_there(const struct making *m, size_t n, struct id account)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = memcmp(m->lines[mid].account.b, account.b, sizeof account.b);

        if (c == 0)
            return true;
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* Whoever has no line gets one that says so. */
static enum err add_absent(struct making *m, struct fail *why)
{
    const size_t n = m->n;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < m->given->n_pupils; i++) {
        const struct weekly_pupil *pupil = &m->given->pupils[i];
        const struct weekly_line line = {.account = pupil->account,
                                         .kind = WEEKLY_NONE,
                                         .end = WEEKLY_OPEN,
                                         .is_trial = pupil->is_trial};

        if (!is_there(m, n, pupil->account))
            rc = add(m, line, why);
    }
    return rc;
}

static enum err add_all(struct making *m, struct fail *why)
{
    const struct weekly_given *g = m->given;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < g->n_logins; i++)
        rc = add_login(m, &g->logins[i], why);
    for (size_t i = 0, j; rc == ERR_OK && i < g->n_events; i = j) {
        for (j = i + 1; j < g->n_events && id_eq(g->events[j].visit, g->events[i].visit); j++)
            continue;
        rc = add_stay(m, g->events + i, j - i, why);
    }
    for (size_t i = 0, j; rc == ERR_OK && i < g->n_lessons; i = j) {
        j = i + 1;
        while (j < g->n_lessons && is_same_lesson(&g->lessons[j], &g->lessons[i]))
            j++;
        rc = add_lesson(m, g->lessons + i, j - i, why);
    }
    if (rc == ERR_OK)
        qsort(m->lines, m->n, sizeof *m->lines, by_line);
    if (rc == ERR_OK)
        rc = add_absent(m, why);
    if (rc == ERR_OK)
        qsort(m->lines, m->n, sizeof *m->lines, by_line);
    return rc;
}

enum err weekly_facts_make(const struct weekly_given *given, struct arena *arena,
                           struct weekly_facts *out, struct fail *why)
{
    struct making m = {.given = given};
    enum err rc;

    *out = (struct weekly_facts){NULL, 0, 0};
    /* A visit makes at most a line a day, and needs an event. */
    m.cap =
        given->n_pupils + given->n_logins + given->n_events * WEEKLY_DAYS + given->n_lessons;
    if (m.cap > WEEKLY_LINES_MOST)
        m.cap = WEEKLY_LINES_MOST;
    m.lines = arena_alloc(arena, (m.cap + 1) * sizeof *m.lines);
    rc = m.lines == NULL ? fail_set(why, ERR_NOMEM, "%zu lines", m.cap) : add_all(&m, why);
    if (rc != ERR_OK)
        return rc;
    *out = (struct weekly_facts){m.lines, m.n, 0};
    for (size_t i = 0; i < m.n; i++)
        if (i == 0 || !id_eq(m.lines[i].account, m.lines[i - 1].account))
            out->n_pupils++;
    return ERR_OK;
}

/* ---- text ---- */

struct line_text {
    int64_t n;
    struct id account;
    int kind, end_how;
    int64_t begin_at, end_at;
    bool has_begin, has_end, is_continued, is_trial, has_lesson, is_attended;
    int64_t n_lost, seconds, course_version;
    struct id lesson, course;
    struct span course_kind;
};
#define FIELD(type_, name_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct line_text, name_) \
    }
#define MAYBE(type_, name_, has_) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct line_text, name_), \
        .has_offset = offsetof(struct line_text, has_) \
    }
static const struct jx_field line_fields[] = {
    FIELD(JX_INT, n),
    FIELD(JX_ID, account),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = WEEKLY_KINDS,
     .offset = offsetof(struct line_text, kind)},
    MAYBE(JX_TIME, begin_at, has_begin),
    MAYBE(JX_TIME, end_at, has_end),
    {.name = "end_how",
     .type = JX_ENUM,
     .choices = WEEKLY_ENDS,
     .offset = offsetof(struct line_text, end_how)},
    FIELD(JX_BOOL, is_continued),
    FIELD(JX_INT, n_lost),
    FIELD(JX_INT, seconds),
    FIELD(JX_BOOL, is_trial),
    MAYBE(JX_ID, lesson, has_lesson),
    MAYBE(JX_ID, course, has_lesson),
    MAYBE(JX_INT, course_version, has_lesson),
    MAYBE(JX_TEXT, course_kind, has_lesson),
    MAYBE(JX_BOOL, is_attended, has_lesson),
};
static const struct jx_shape line_shape =
    JX_SHAPE("WeeklyLineText", struct line_text, line_fields);

struct lines_text {
    struct jx_list lines;
};
static const struct jx_field lines_fields[] = {{.name = "lines",
                                                .type = JX_LIST,
                                                .shape = &line_shape,
                                                .offset = offsetof(struct lines_text, lines)}};
static const struct jx_shape lines_shape =
    JX_SHAPE("WeeklyLinesText", struct lines_text, lines_fields);

enum err weekly_facts_text(const struct weekly_line *lines, size_t n, struct arena *arena,
                           struct span *text_out, struct hash256 *sum_out, struct fail *why)
{
    struct line_text *texts = arena_alloc(arena, (n + 1) * sizeof *texts);
    const struct lines_text all = {{texts, n}};
    enum err rc;

    if (texts == NULL)
        return fail_set(why, ERR_NOMEM, "%zu lines", n);
    for (size_t i = 0; i < n; i++)
        texts[i] = (struct line_text){
            .n = (int64_t)i,
            .account = lines[i].account,
            .kind = (int)lines[i].kind,
            .end_how = (int)lines[i].end,
            .begin_at = lines[i].begin_utc_us,
            .has_begin = lines[i].begin_utc_us != 0,
            .end_at = lines[i].end_utc_us,
            .has_end = lines[i].end_utc_us != 0,
            .is_continued = lines[i].is_continued,
            .n_lost = lines[i].n_lost,
            .seconds = lines[i].seconds,
            .is_trial = lines[i].is_trial,
            .has_lesson = lines[i].kind == WEEKLY_LESSON,
            .lesson = lines[i].lesson,
            .course = lines[i].course,
            .course_version = lines[i].course_version,
            .course_kind = lines[i].course_kind,
            .is_attended = lines[i].is_attended,
        };
    rc = jx_write_canonical(&lines_shape, &all, arena, text_out, why);
    if (rc == ERR_OK)
        *sum_out = hash256_of(*text_out);
    return rc;
}
