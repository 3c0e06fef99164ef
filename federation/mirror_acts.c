/* What the host's staff stop in a shared lesson: it holds here at once, then it is written, and
 * that one's home is told, by the link for what holds and by the outbox for what is to be
 * looked into. What could not be written goes on holding: whoever is stopped wrongly is given
 * back by the same command. */
#include <stdio.h>
#include <stdlib.h>

#include "federation/mirrors_priv.h"
#include "federation/outbox.h"
#include "node/base/log.h"
#include "node/io/live.h"
#include "node/support/incident.h"
#include "node/support/procedure.h"

#define EVIDENCE_US (30 * MINUTE_US)
#define TEXT_CAP    512

static const char not_host_ja[] =
    "ほかの自治体の人を止められるのは、この講座をひらいている自治体の職員です。";

static const char no_template_ja[] = "その文例はありません。";

struct span mirror_what_ja(unsigned what)
{
    if ((what & MIRROR_EJECT) != 0)
        return SPAN("参加");
    switch (what & (MIRROR_CHAT | MIRROR_REACT | MIRROR_VOICE)) {
    case MIRROR_VOICE:
        return SPAN("声");
    case MIRROR_REACT:
        return SPAN("リアクション");
    case MIRROR_CHAT:
        return SPAN("書きこみ");
    case MIRROR_CHAT | MIRROR_VOICE:
        return SPAN("書きこみと声");
    case MIRROR_REACT | MIRROR_VOICE:
        return SPAN("リアクションと声");
    case MIRROR_CHAT | MIRROR_REACT:
        return SPAN("書きこみとリアクション");
    default:
        return SPAN("書きこみとリアクションと声");
    }
}

/* ---- one act on its way to its row ---- */

struct acting {
    struct mirrors *mirrors;
    struct id lesson, series;
    struct mirror_act_row row;
    bool has_later, is_shared, has_incident, must_find, is_found;
    bool is_void;                            /* nothing was written */
    const struct warning_template *template; /* of a warning */
    uint64_t quoted;                         /* number of the line it is about; 0: none */
    struct command_later later;
    struct incident_row incident;
    char role[32], floor[SERIES_FLOOR_CAP], text[TEXT_CAP];
    struct fail fail;
};

static struct acting *acting_of(struct mirrored *lesson, enum mirror_act_kind kind,
                                const struct room_act *act)
{
    struct acting *a = calloc(1, sizeof *a);

    if (a == NULL) {
        log_error("mirror.act", L_ID("act", act->act), L_TEXT("code", err_code(ERR_NOMEM)));
        return NULL;
    }
    a->mirrors = lesson->mirrors;
    a->lesson = lesson->at.lesson;
    a->series = lesson->at.series;
    snprintf(a->floor, sizeof a->floor, "%s", lesson->at.floor);
    a->row = (struct mirror_act_row){
        .id = id_new(),
        .at_utc_us = clock_utc_us(),
        .lesson = lesson->at.lesson,
        .class = lesson->at.class,
        .kind = kind,
        .act = act->act,
        .node = act->node,
        .what = act->what,
    };
    memcpy(a->row.pseud, act->pseud, sizeof a->row.pseud);
    return a;
}

static void incident_of(struct acting *a, enum incident_kind kind, struct id account,
                        struct id by, int grade)
{
    a->has_incident = true;
    a->incident = (struct incident_row){
        .id = id_new(),
        .at_utc_us = a->row.at_utc_us,
        .account = account,
        .kind = kind,
        .urgency = grade,
        .severity = grade,
        .line = a->row.line,
        .floor = span_text(a->floor),
        .template = SPAN(""),
        .procedure = SPAN(""),
        .by = by,
        .role = span_text(a->role),
    };
}

/* ---- writer's thread ---- */

/* The numbers of his last lines: by them the two towns find their rows. */
static enum err find_numbers(const struct acting *a, struct tx *tx,
                             struct mirror_share_number *numbers, size_t *n_out,
                             struct fail *why)
{
    const struct mirror_line_ask ask = {.lesson = a->lesson,
                                        .node = a->row.node,
                                        .since_utc_us = a->row.at_utc_us - EVIDENCE_US,
                                        .n_cap = 5000};
    struct mirror_line_row *rows = NULL;
    size_t n = 0, n_of = 0;
    enum err rc = mirror_line_list(tx, NULL, &ask, tx_arena(tx), &rows, &n, why);

    for (size_t i = n; rc == ERR_OK && i > 0 && n_of < MIRROR_EVIDENCE_MOST; i--)
        if (memcmp(rows[i - 1].pseud, a->row.pseud, FRAME_PSEUD_BYTES) == 0)
            numbers[n_of++].number = (int64_t)rows[i - 1].number;
    *n_out = n_of;
    return rc;
}

static enum err share(const struct acting *a, struct tx *tx, struct fail *why)
{
    struct mirror_share_number numbers[MIRROR_EVIDENCE_MOST];
    struct mirror_share_body body = {
        .act = a->row.act,
        .series = a->series,
        .class = a->row.class,
        .what = a->row.what,
        .at_utc_us = a->row.at_utc_us,
        .on = true,
        .pseud = span_of(a->row.pseud, sizeof a->row.pseud),
        .numbers = {numbers, 0},
        .has_template = a->template != NULL,
        .template = a->template == NULL ? SPAN_NONE : span_text(a->template->id),
        .has_quoted = a->quoted != 0,
        .quoted = (int64_t)a->quoted,
    };
    struct span bytes;
    enum err rc = find_numbers(a, tx, numbers, &body.numbers.n, why);

    if (rc == ERR_OK)
        rc = jx_write(&mirror_share_shape, &body, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? outbox_put(tx, a->mirrors->conf.federation, a->row.node,
                                     mirror_kind_share, a->row.id, bytes, a->row.at_utc_us, why)
                        : rc;
}

static enum err put_incident(const struct acting *a, struct tx *tx, struct fail *why)
{
    struct incident_new incident = {.row = a->incident, .text = span_text(a->text)};

    return incident_put(a->mirrors->conf.services, tx, &incident, why);
}

/* Whose line it is, of a line that is hidden. */
static enum err find_line(const struct acting *a, struct tx *tx, struct mirror_act_row *row,
                          struct fail *why)
{
    struct mirror_line_row line;
    enum err rc = mirror_line_find(tx, a->lesson, row->line, tx_arena(tx), &line, why);

    if (rc != ERR_OK)
        return rc;
    row->node = line.node;
    memcpy(row->pseud, line.pseud, sizeof row->pseud);
    return ERR_OK;
}

/* A line that is quoted is one that was heard of him. */
static enum err find_quoted(struct acting *a, struct tx *tx, struct fail *why)
{
    struct mirror_line_row line;
    enum err rc = mirror_line_find(tx, a->lesson, a->row.line, tx_arena(tx), &line, why);

    if (rc != ERR_OK)
        return rc;
    if (!id_eq(line.node, a->row.node) ||
        memcmp(line.pseud, a->row.pseud, sizeof line.pseud) != 0)
        return fail_set(why, ERR_NOT_FOUND, "a line of somebody else");
    a->quoted = line.number;
    return ERR_OK;
}

/* That a line is not shown is taken of a line of his that crossed: whoever invents some makes
 * no incidents of it. */
static enum err check_ours(struct acting *a, struct tx *tx, struct fail *why)
{
    struct mirror_line_row line;
    enum err rc = mirror_line_find(tx, a->lesson, a->row.line, tx_arena(tx), &line, why);

    a->is_void = rc == ERR_NOT_FOUND ||
                 (rc == ERR_OK && (line.state != MIRROR_SENT ||
                                   memcmp(line.pseud, a->row.pseud, sizeof line.pseud) != 0));
    if (a->is_void)
        log_warn("mirror.blocked-unsaid", L_ID("lesson", a->lesson));
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct acting *a = arg;
    struct mirror_act_row row = a->row;
    enum err rc = row.kind == MIRROR_ACT_SHARED ? check_ours(a, tx, why) : ERR_OK;

    if (rc != ERR_OK || a->is_void)
        return rc;

    if (row.kind == MIRROR_ACT_HIDE)
        rc = find_line(a, tx, &row, why);
    if (row.kind == MIRROR_ACT_WARN && !id_is_none(row.line))
        rc = find_quoted(a, tx, why);
    if (rc == ERR_OK)
        rc = mirror_act_add(tx, &row, why);
    if (rc == ERR_OK && a->has_incident)
        rc = put_incident(a, tx, why);
    if (rc == ERR_OK && a->is_shared)
        rc = share(a, tx, why);
    if (rc == ERR_OK && a->must_find) {
        enum err found = mirror_seat_find(tx, a->lesson, row.pseud, &a->incident.account, why);

        a->is_found = found == ERR_OK;
        rc = found == ERR_NOT_FOUND ? ERR_OK : found;
    }
    return rc;
}

static void act_told(void *arg);

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct acting *a = arg;

    a->fail = *why;
    a->fail.code = rc;
    if (live_post(a->mirrors->conf.services->live, act_told, a, NULL) != ERR_OK)
        free(a); /* the node ends */
}

/* ---- live thread: it is written ---- */

/* At his home: he had gone when the host stopped him; it holds when he comes again. */
static void hold_later(struct mirrored *lesson, const struct acting *a)
{
    bool on = a->row.kind != MIRROR_ACT_RESUME;
    struct fail why;

    if (!a->is_found) {
        log_warn("mirror.nobody", L_ID("act", a->row.act));
        return;
    }
    if (mirror_stop(lesson->mirror, a->incident.account, a->row.what, on, &why) != ERR_OK)
        log_warn("mirror.stop", L_ID("act", a->row.act), L_FAIL(&why));
    else
        mirror_room_confirm(lesson->room, a->row.act);
}

static void act_told(void *arg)
{
    struct acting *a = arg;
    struct mirrors *m = a->mirrors;
    struct mirrored *lesson = m->is_ended ? NULL : mirrored_find(m, a->lesson);

    if (a->fail.code != ERR_OK) {
        atomic_fetch_add(&m->n_unwritten, 1);
        log_error("mirror.act", L_ID("act", a->row.act), L_FAIL(&a->fail));
        if (a->has_later)
            command_later_fail(m->conf.services->live, &a->later, &a->fail);
    } else {
        if (a->has_later)
            command_later_ok(m->conf.services->live, &a->later, NULL);
        if (a->has_incident && !a->is_void)
            incident_told(m->conf.services, &a->incident);
        if (a->is_shared)
            outbox_wake(m->conf.federation);
        if (a->must_find && lesson != NULL && lesson->mirror != NULL)
            hold_later(lesson, a);
    }
    free(a);
    arena_reset(m->arena);
}

/* Takes a. */
static void write_act(struct acting *a)
{
    const struct writer_op op = {act_run, act_done, a};
    struct fail why;

    if (a == NULL)
        return;
    if (writer_post(a->mirrors->conf.services->writer, &op, &why) == ERR_OK)
        return;
    atomic_fetch_add(&a->mirrors->n_unwritten, 1);
    log_error("mirror.act", L_ID("act", a->row.act), L_FAIL(&why));
    if (a->has_later)
        command_later_fail(a->mirrors->conf.services->live, &a->later, &why);
    free(a);
}

/* ---- at the host: staff ask ---- */

static enum mirror_act_kind kind_of(unsigned what, bool on)
{
    if ((what & MIRROR_EJECT) != 0 && on)
        return MIRROR_ACT_EJECT;
    return on ? MIRROR_ACT_STOP : MIRROR_ACT_RESUME;
}

static void fill_asked(struct acting *a, struct mirrored *lesson, struct command_later later,
                       struct id by, bool on)
{
    char town[MIRROR_TOWN_MOST], pseud[SERIES_PSEUD_TEXT_CAP];
    struct span what = mirror_what_ja(a->row.what);

    a->row.id = a->row.act;
    a->row.by = by;
    a->has_later = true;
    a->later = later;
    a->is_shared = on;
    snprintf(a->role, sizeof a->role, "%s", role_id(later.role));
    mirror_town(lesson->mirrors, a->row.node, town);
    series_pseud_text(a->row.pseud, pseud);
    snprintf(
        a->text, sizeof a->text,
        "連続講座で、%sの参加者（仮の番号 %s）の%.*sを止めました。%sの担当者にも知らせます。",
        town, pseud, SPAN_ARG(what), town);
    if (on)
        incident_of(a, INCIDENT_MANUAL, ID_NONE, by, 2);
}

static void note_doer(struct mirrored *lesson, struct id act, struct id by)
{
    unsigned at = lesson->next_doer++ % MIRROR_DOERS;

    lesson->doers[at].act = act;
    lesson->doers[at].by = by;
}

static void ask_stop(struct mirrored *lesson, struct command_later later, struct id by,
                     struct room_act act)
{
    struct live *live = lesson->mirrors->conf.services->live;
    struct fail why = {.code = ERR_NOMEM};
    struct acting *a;
    enum err rc;

    if (!lesson->at.is_host) {
        command_later_refuse(live, &later, "not-host", not_host_ja);
        return;
    }
    rc = mirror_room_stop(lesson->room, &act, clock_mono_us(), &why);
    if (rc == ERR_OK)
        mirror_seen_stops(lesson, act.pseud);
    a = rc == ERR_OK ? acting_of(lesson, kind_of(act.what, act.on), &act) : NULL;
    if (a == NULL) {
        command_later_fail(live, &later, &why);
        return;
    }
    note_doer(lesson, act.act, by);
    fill_asked(a, lesson, later, by, act.on);
    write_act(a);
}

void mirror_acts_asked(void *arg, struct command_later later, struct id by,
                       struct mirror_figure *figure, enum mirror_what what, bool on)
{
    const struct puppet *puppet = mirror_owner(figure);
    struct room_act act = {.act = id_new(), .node = puppet->room->node, .what = what, .on = on};

    memcpy(act.pseud, puppet->room->pseud, sizeof act.pseud);
    ask_stop(arg, later, by, act);
}

void mirror_acts_asked_in(void *arg, struct command_later later, struct id by,
                          struct span pseud)
{
    struct mirrored *lesson = arg;
    struct room_act act = {.act = id_new(), .what = ROOM_EJECT};
    const struct room_act *out = NULL;
    char text[SERIES_PSEUD_TEXT_CAP] = "";

    for (int at = 0; !span_eq(pseud, span_text(text));) {
        out = mirror_room_out_next(lesson->room, &at);
        if (out == NULL)
            break;
        series_pseud_text(out->pseud, text);
    }
    if (out != NULL) {
        act.node = out->node;
        memcpy(act.pseud, out->pseud, sizeof act.pseud);
    }
    ask_stop(lesson, later, by, act); /* of nobody: refused there */
}

static void fill_warning(struct acting *a, struct mirrored *lesson, struct command_later later,
                         struct id by)
{
    char town[MIRROR_TOWN_MOST], pseud[SERIES_PSEUD_TEXT_CAP];

    a->row.id = a->row.act;
    a->row.by = by;
    a->has_later = a->is_shared = true;
    a->later = later;
    snprintf(a->role, sizeof a->role, "%s", role_id(later.role));
    mirror_town(lesson->mirrors, a->row.node, town);
    series_pseud_text(a->row.pseud, pseud);
    snprintf(a->text, sizeof a->text,
             "連続講座で、%sの参加者（仮の番号 %s）に注意（%s）を伝えました。%sの担当者にも"
             "知らせます。",
             town, pseud, a->template->title_ja, town);
    incident_of(a, INCIDENT_MANUAL, ID_NONE, by, 1);
}

/* Nothing is stopped, so nothing goes over the link: his home says it to him, in its own
 * words, and its supporters know. */
void mirror_acts_asked_warn(void *arg, struct command_later later, struct id by,
                            struct mirror_figure *figure, struct span template, struct id line)
{
    struct mirrored *lesson = arg;
    struct live *live = lesson->mirrors->conf.services->live;
    const struct puppet *puppet = mirror_owner(figure);
    struct room_act act = {.act = id_new(), .node = puppet->room->node, .what = MIRROR_WARN};
    const struct warning_template *found = warning_template_find(template);
    const struct fail why = {.code = ERR_NOMEM};
    struct acting *a;

    if (!lesson->at.is_host || found == NULL) {
        command_later_refuse(live, &later, found == NULL ? "no-template" : "not-host",
                             found == NULL ? no_template_ja : not_host_ja);
        return;
    }
    memcpy(act.pseud, puppet->room->pseud, sizeof act.pseud);
    a = acting_of(lesson, MIRROR_ACT_WARN, &act);
    if (a == NULL) {
        command_later_fail(live, &later, &why);
        return;
    }
    a->template = found;
    a->row.line = line;
    fill_warning(a, lesson, later, by);
    write_act(a);
}

/* Here alone at a guest; the host takes it away everywhere. */
void mirror_acts_asked_gone(void *arg, struct command_later later, struct id by, struct id line)
{
    struct mirrored *lesson = arg;
    const struct room_act act = {.act = id_new(), .node = lesson->mirrors->conf.self};
    struct acting *a = acting_of(lesson, MIRROR_ACT_HIDE, &act);
    const struct fail why = {.code = ERR_NOMEM};

    if (a == NULL) {
        command_later_fail(lesson->mirrors->conf.services->live, &later, &why);
        return;
    }
    mirror_gone(lesson->mirror, line);
    if (lesson->at.is_host)
        mirror_room_gone(lesson->room, line);
    a->row.id = act.act;
    a->row.line = line;
    a->row.by = by;
    a->has_later = true;
    a->later = later;
    write_act(a);
}

void mirror_acts_confirmed(void *arg, const struct room_act *act)
{
    write_act(acting_of(arg, MIRROR_ACT_HELD, act));
}

/* It goes on holding here, whatever that home does: staff are told. */
void mirror_acts_late(void *arg, const struct room_act *act)
{
    struct mirrored *lesson = arg;
    struct acting *a = acting_of(lesson, MIRROR_ACT_LATE, act);
    struct id by = ID_NONE;

    for (int i = 0; i < MIRROR_DOERS; i++)
        if (id_eq(lesson->doers[i].act, act->act))
            by = lesson->doers[i].by;
    log_warn("mirror.late", L_ID("act", act->act), L_ID("peer", act->node));
    if (a != NULL && !id_is_none(by)) {
        char town[MIRROR_TOWN_MOST];

        mirror_town(lesson->mirrors, act->node, town);
        snprintf(a->text, sizeof a->text,
                 "止めたことを、%sのノードがまだ確かめていません。こちらでは止めたままです。",
                 town);
        incident_of(a, INCIDENT_MANUAL, ID_NONE, by, 2);
    }
    write_act(a);
}

/* ---- at home: the host stopped one of ours ---- */

bool mirror_acts_stop(void *arg, const struct room_act *act, struct id account)
{
    struct mirrored *lesson = arg;
    struct acting *a = acting_of(lesson, kind_of(act->what, act->on), act);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (!id_is_none(account))
        rc = mirror_stop(lesson->mirror, account, act->what, act->on, &why);
    if (rc != ERR_OK)
        log_warn("mirror.stop", L_ID("act", act->act), L_FAIL(&why));
    if (a != NULL) {
        a->row.id = act->act;
        a->must_find = id_is_none(account);
    }
    write_act(a);
    return rc == ERR_OK && !id_is_none(account);
}

/* Their safe words found what ours did not: his own supporters look after it. */
void mirror_acts_blocked(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES], struct id line,
                         uint8_t why)
{
    struct mirrored *lesson = arg;
    struct room_act act = {.act = id_new(), .node = lesson->mirrors->conf.self};
    struct id account = ID_NONE;
    struct acting *a;

    log_info("mirror.blocked", L_ID("lesson", lesson->at.lesson), L_ID("line", line),
             L_INT("why", why));
    atomic_fetch_add(&lesson->mirrors->n_blocked, 1);
    if (why != ROOM_BLOCKED_WORDS || id_is_none(line) ||
        !mirror_room_account_of(lesson->room, pseud, &account))
        return;
    memcpy(act.pseud, pseud, sizeof act.pseud);
    a = acting_of(lesson, MIRROR_ACT_SHARED, &act);
    if (a == NULL)
        return;
    a->row.line = line;
    a->row.id = line; /* said again, it is one row and one incident */
    a->row.id.b[0] ^= 0x80;
    snprintf(a->text, sizeof a->text,
             "連続講座で書いた文に、連絡先か心配なことばがあるとして、ほかの自治体では"
             "見せていません。");
    incident_of(a, INCIDENT_CONTACT, account, ID_NONE, 1);
    a->incident.id = a->row.id;
    write_act(a);
}
