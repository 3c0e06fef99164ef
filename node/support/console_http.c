/* GET /api/v1/console: a row for each child who is connected, floors with who watches there.
 * Children as far as the caller may know of them (school staff: theirs by duty). Fetched again
 * at each word "console" of the live line, so a child comes into the record of access once an
 * hour and account, not each time (console.h), and no budget of names holds here: nobody looks
 * away because a limit was reached. */
#include <stdlib.h>

#include "node/db/settings.h"
#include "node/place/measure.h"
#include "node/place/presence.h"
#include "node/support/alone.h"
#include "node/support/child.h"
#include "node/support/console.h"
#include "node/support/console_rows.h"
#include "node/support/handover_store.h"
#include "node/support/incident_store.h"
#include "node/support/sos_store.h"

#define WITH_MOST 20   /* names beside one row */
#define ROWS_MOST 5000 /* ACCESS_SHOWN_CAP */
#define OPEN_MOST 1000 /* calls, and incidents, that are looked at */

/* ---- shapes ---- */

struct with_output {
    struct id account;
    struct span name;
};
static const struct jx_field with_fields[] = {
    PLACE_FIELD(JX_ID, with_output, account, "だれと"),
    PLACE_FIELD(JX_TEXT, with_output, name, "その表示名"),
};
static const struct jx_shape with_shape =
    JX_SHAPE("ConsoleWith", struct with_output, with_fields);

struct switches_output {
    bool chat, react, mute, eject;
};
static const struct jx_field switches_fields[] = {
    PLACE_FIELD(JX_BOOL, switches_output, chat, "書きこみを止めている"),
    PLACE_FIELD(JX_BOOL, switches_output, react, "リアクションを止めている"),
    PLACE_FIELD(JX_BOOL, switches_output, mute, "声を止めている"),
    PLACE_FIELD(JX_BOOL, switches_output, eject, "退室にしている"),
};
static const struct jx_shape switches_shape =
    JX_SHAPE("ConsoleSwitches", struct switches_output, switches_fields);

struct sos_output {
    struct id sos;
    int64_t at;
    int state;
};
static const struct jx_field sos_fields[] = {
    PLACE_FIELD(JX_ID, sos_output, sos, "SOSのID"),
    PLACE_FIELD(JX_TIME, sos_output, at, "届いた時刻"),
    PLACE_CHOICE(sos_output, state, SOS_STATES, "どうなったか"),
};
static const struct jx_shape sos_shape = JX_SHAPE("ConsoleSos", struct sos_output, sos_fields);

struct row_output {
    struct id account;
    struct span name, login, floor, room;
    struct sos_output sos;
    bool has_sos;
    int64_t incidents;
    int64_t copy, seat, alone_min, contact_min;
    int state, rung;
    bool is_lobby, is_cut, is_away, has_distance, is_trial, is_alone, has_floor, has_room,
        has_alone_min, has_contact_min;
    int64_t since;
    struct jx_list with;
    struct switches_output switches;
};
static const struct jx_field row_fields[] = {
    PLACE_FIELD(JX_ID, row_output, account, "だれ"),
    PLACE_FIELD(JX_TEXT, row_output, name, "表示名"),
    PLACE_FIELD(JX_TEXT, row_output, login, "ID"),
    PLACE_FIELD(JX_BOOL, row_output, is_lobby, "ロビーにいるか"),
    PLACE_MAYBE(JX_TEXT, row_output, floor, has_floor, "フロア"),
    PLACE_MAYBE(JX_INT, row_output, copy, has_floor, "いくつめの同じフロアか"),
    PLACE_MAYBE(JX_INT, row_output, seat, has_floor, "フロアでの番号"),
    PLACE_MAYBE(JX_TEXT, row_output, room, has_room, "入っている個室"),
    PLACE_CHOICE(row_output, state, WORLD_STATES, "いまの気持ち"),
    PLACE_CHOICE(row_output, rung, WORLD_RUNGS, "参加のしかた"),
    PLACE_FIELD(JX_BOOL, row_output, is_cut, "通信が切れているか"),
    PLACE_FIELD(JX_BOOL, row_output, is_away, "席をはずしているか"),
    PLACE_FIELD(JX_BOOL, row_output, has_distance, "近づかないでほしいか"),
    PLACE_FIELD(JX_BOOL, row_output, is_trial, "体験用のIDか"),
    PLACE_FIELD(JX_TIME, row_output, since, "いつからいるか"),
    {.name = "with",
     .type = JX_LIST,
     .shape = &with_shape,
     .most = WITH_MOST,
     .offset = offsetof(struct row_output, with),
     .title_ja = "だれといるか（同じ個室にいる人、ふたりで話している相手）"},
    PLACE_MAYBE(JX_INT, row_output, alone_min, has_alone_min,
                "入ってから、または最後にだれかと行き来のある接点があってから何分か"),
    PLACE_FIELD(JX_BOOL, row_output, is_alone, "ひとりのまま、決めた時間がたったか"),
    PLACE_MAYBE(JX_INT, row_output, contact_min, has_contact_min,
                "職員との最後の接点から何分か（わからないときはない）"),
    {.name = "switches",
     .type = JX_OBJECT,
     .shape = &switches_shape,
     .offset = offsetof(struct row_output, switches),
     .title_ja = "職員が止めているもの"},
    {.name = "sos",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &sos_shape,
     .offset = offsetof(struct row_output, sos),
     .has_offset = offsetof(struct row_output, has_sos),
     .title_ja = "終わっていないSOSのうち、いちばん新しいもの"},
    PLACE_FIELD(JX_INT, row_output, incidents, "終わっていない報告の数"),
};
static const struct jx_shape row_shape = JX_SHAPE("ConsoleRow", struct row_output, row_fields);

struct floor_output {
    struct span id;
    int64_t n_people, n_children, n_staff, staffless_since;
    bool has_staffless;
};
static const struct jx_field floor_fields[] = {
    PLACE_FIELD(JX_TEXT, floor_output, id, "フロア"),
    PLACE_FIELD(JX_INT, floor_output, n_people, "いる人"),
    PLACE_FIELD(JX_INT, floor_output, n_children, "うち児童生徒"),
    PLACE_FIELD(JX_INT, floor_output, n_staff, "うち見守る職員"),
    PLACE_MAYBE(JX_TIME, floor_output, staffless_since, has_staffless,
                "いつから、児童生徒がいて職員がいないか"),
};
static const struct jx_shape floor_shape =
    JX_SHAPE("ConsoleFloor", struct floor_output, floor_fields);

struct note_output {
    struct id id;
    int64_t at;
    struct span day, by_name, text;
    bool has_by_name;
};
static const struct jx_field note_fields[] = {
    PLACE_FIELD(JX_ID, note_output, id, "引きつぎのID"),
    PLACE_FIELD(JX_TIME, note_output, at, "いつ書いたか"),
    PLACE_FIELD(JX_TEXT, note_output, day, "どの日のことか"),
    PLACE_MAYBE(JX_TEXT, note_output, by_name, has_by_name, "だれが"),
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct note_output, text),
     .title_ja = "内容"},
};
static const struct jx_shape note_shape =
    JX_SHAPE("ConsoleHandover", struct note_output, note_fields);

struct console_output {
    int64_t at, alone_after_min, n_staff, n_sos, n_incidents;
    struct jx_list rows, floors;
    struct note_output handover;
    bool has_handover;
};
static const struct jx_field console_fields[] = {
    PLACE_FIELD(JX_TIME, console_output, at, "いつの様子か"),
    PLACE_FIELD(JX_INT, console_output, alone_after_min, "何分で「ひとり」の印をつけるか"),
    PLACE_FIELD(JX_INT, console_output, n_staff, "フロアにいる見守る職員"),
    PLACE_FIELD(JX_INT, console_output, n_sos,
                "終わっていないSOS（いまいない児童生徒のものも）"),
    PLACE_FIELD(JX_INT, console_output, n_incidents,
                "終わっていない報告（いまいない児童生徒のものも）"),
    {.name = "rows",
     .type = JX_LIST,
     .shape = &row_shape,
     .most = ROWS_MOST,
     .offset = offsetof(struct console_output, rows),
     .title_ja = "児童生徒（SOSのある人、ひとりの時間の長い人の順）"},
    {.name = "floors",
     .type = JX_LIST,
     .shape = &floor_shape,
     .most = PRESENCE_FLOORS_CAP,
     .offset = offsetof(struct console_output, floors),
     .title_ja = "フロア"},
    {.name = "handover",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &note_shape,
     .offset = offsetof(struct console_output, handover),
     .has_offset = offsetof(struct console_output, has_handover),
     .title_ja = "いちばん新しい引きつぎ"},
};
static const struct jx_shape console_shape =
    JX_SHAPE("Console", struct console_output, console_fields);

/* ---- making ---- */

struct making {
    struct req *req;
    const struct presence *presence;
    struct child_names names;
    struct row_output *rows;
    struct id *shown; /* accounts of rows, and room for being sorted */
    size_t n;
    struct console_output out;
};

/* In one closed room, or in a talk of the two. */
static bool is_with(const struct presence_person *a, const struct presence_person *b)
{
    for (int i = 0; i < a->n_talks; i++)
        if (id_eq(a->talks[i], b->account))
            return true;
    return a != b && a->room.len > 0 && a->copy == b->copy && span_eq(a->room, b->room) &&
           span_eq(a->floor, b->floor);
}

static enum err put_with(struct making *m, const struct presence_person *child,
                         struct row_output *row, struct fail *why)
{
    struct with_output *with;
    size_t n = 0;

    if (child->room.len == 0 && child->n_talks == 0)
        return ERR_OK;
    with = arena_alloc(m->req->arena, WITH_MOST * sizeof *with);
    if (with == NULL)
        return fail_set(why, ERR_NOMEM, "who is with whom");
    for (size_t i = 0; i < m->presence->n_people && n < WITH_MOST; i++) {
        const struct presence_person *p = &m->presence->people[i];
        struct span name = is_with(child, p) ? child_display(&m->names, p->account) : SPAN_NONE;

        if (name.len > 0)
            with[n++] = (struct with_output){p->account, name};
    }
    row->with = (struct jx_list){with, n};
    return ERR_OK;
}

static void put_times(struct making *m, const struct presence_person *p, struct row_output *row)
{
    struct console *console = m->req->services->console;
    int64_t now = m->presence->at_utc_us;
    struct contact_times times = {0, 0};

    if (console != NULL)
        times = contact_desk_times(console_contacts(console), p->account);
    row->has_contact_min = times.staff_utc_us != 0;
    if (row->has_contact_min)
        row->contact_min = alone_minutes(0, times.staff_utc_us, now);
    if (p->is_in_lobby)
        return;
    row->has_alone_min = true;
    row->alone_min = alone_minutes(p->since_utc_us, times.any_utc_us, now);
    row->is_alone = row->alone_min >= m->out.alone_after_min;
}

static enum err put_row(struct making *m, const struct presence_person *p,
                        const struct people_entry *entry, struct fail *why)
{
    struct row_output *row = &m->rows[m->n];

    *row = (struct row_output){
        .account = p->account,
        .name = p->name,
        .login = arena_copy(m->req->arena, entry->login),
        .is_lobby = p->is_in_lobby,
        .floor = p->floor,
        .has_floor = p->floor.len > 0,
        .copy = p->copy,
        .seat = p->seat,
        .room = p->room,
        .has_room = p->room.len > 0,
        .state = (int)p->state,
        .rung = (int)p->rung,
        .is_cut = p->is_held,
        .is_away = p->is_away,
        .has_distance = p->has_distance,
        .is_trial = p->is_trial,
        .since = p->since_utc_us,
        .switches = {.chat = (p->stops & 1u << MEASURE_CHAT) != 0,
                     .react = (p->stops & 1u << MEASURE_REACT) != 0,
                     .mute = (p->stops & 1u << MEASURE_MUTE) != 0,
                     .eject = (p->stops & 1u << MEASURE_EJECT) != 0},
    };
    put_times(m, p, row);
    m->shown[m->n++] = p->account;
    return put_with(m, p, row, why);
}

static enum err put_rows(struct making *m, struct fail *why)
{
    const struct presence *presence = m->presence;
    enum err rc = ERR_OK;

    m->rows = arena_alloc(m->req->arena, (presence->n_people + 1) * sizeof *m->rows);
    m->shown = arena_alloc(m->req->arena, (presence->n_people + 1) * sizeof *m->shown);
    if (m->rows == NULL || m->shown == NULL)
        return fail_set(why, ERR_NOMEM, "rows");
    for (size_t i = 0; i < presence->n_people && m->n < ROWS_MOST && rc == ERR_OK; i++) {
        const struct presence_person *p = &presence->people[i];
        const struct people_entry *entry =
            p->role == ROLE_STUDENT ? child_entry(&m->names, p->account) : NULL;

        if (entry != NULL)
            rc = put_row(m, p, entry, why);
    }
    return rc;
}

/* Who calls for help stands first, then who has been alone the longest; the lobby last. */
static int compare(const void *a, const void *b)
{
    const struct row_output *x = a, *y = b;
    int by = (x->has_sos < y->has_sos) - (x->has_sos > y->has_sos);

    if (by == 0)
        by = (x->is_lobby > y->is_lobby) - (x->is_lobby < y->is_lobby);
    if (by == 0)
        by = (x->alone_min < y->alone_min) - (x->alone_min > y->alone_min);
    return by != 0 ? by : memcmp(&x->account, &y->account, sizeof x->account);
}

static enum err put_floors(struct making *m, struct fail *why)
{
    size_t n = m->presence->n_floors;
    struct floor_output *floors = arena_alloc(m->req->arena, (n + 1) * sizeof *floors);

    if (floors == NULL)
        return fail_set(why, ERR_NOMEM, "floors");
    for (size_t i = 0; i < n; i++) {
        const struct presence_floor *f = &m->presence->floors[i];

        floors[i] = (struct floor_output){.id = f->id,
                                          .n_people = f->n_people,
                                          .n_children = f->n_children,
                                          .n_staff = f->n_staff,
                                          .staffless_since = f->staffless_utc_us,
                                          .has_staffless = f->staffless_utc_us != 0};
    }
    m->out.floors = (struct jx_list){floors, n};
    return ERR_OK;
}

static enum err put_handover(struct making *m, struct fail *why)
{
    struct req *req = m->req;
    struct note_output *note = &m->out.handover;
    struct handover_row *rows = NULL;
    size_t n = 0;
    enum err rc;

    if ((ROLE_BIT(req->caller.role) & CHILD_WATCHERS) == 0)
        return ERR_OK; /* not for the school */
    rc = handover_store_list(req->db, 0, ID_NONE, 1, req->arena, &rows, &n, why);
    if (rc != ERR_OK || n == 0)
        return rc;
    m->out.has_handover = true;
    *note = (struct note_output){.id = rows[0].id,
                                 .at = rows[0].who.at_utc_us,
                                 .day = rows[0].day,
                                 .by_name = child_display(&m->names, rows[0].who.by)};
    note->has_by_name = note->by_name.len > 0;
    return child_unseal(req, HANDOVER_TABLE, "text_sealed", rows[0].id, rows[0].text_sealed,
                        &note->text, why);
}

static struct row_output *row_of(struct making *m, struct id account)
{
    for (size_t i = 0; i < m->n; i++)
        if (id_eq(m->rows[i].account, account))
            return &m->rows[i];
    return NULL;
}

/* Of whom the caller may not know, no call counts. The newest stand first. */
static enum err put_sos(struct making *m, struct fail *why)
{
    const struct sos_ask ask = {.is_open_only = true, .n_cap = OPEN_MOST};
    struct sos_listed *all = NULL;
    size_t n = 0;
    enum err rc = sos_store_list(NULL, m->req->db, &ask, m->req->arena, &all, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct row_output *row = row_of(m, all[i].row.account);

        if (child_entry(&m->names, all[i].row.account) == NULL)
            continue;
        m->out.n_sos++;
        if (row == NULL || row->has_sos)
            continue;
        row->has_sos = true;
        row->sos = (struct sos_output){all[i].row.id, all[i].row.at_utc_us,
                                       (int)sos_state_of(&all[i].facts)};
    }
    return rc;
}

static enum err put_incidents(struct making *m, struct fail *why)
{
    const struct incident_ask ask = {
        .is_open_only = true, .reader = m->req->caller.account, .n_cap = OPEN_MOST};
    bool is_watcher = (ROLE_BIT(m->req->caller.role) & CHILD_WATCHERS) != 0;
    struct incident_listed *all = NULL;
    size_t n = 0;
    enum err rc = incident_store_list(NULL, m->req->db, &ask, m->req->arena, &all, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct id account = all[i].row.account;
        struct row_output *row = row_of(m, account);
        bool is_about_nobody = id_is_none(account);

        if (is_about_nobody ? !is_watcher : child_entry(&m->names, account) == NULL)
            continue;
        m->out.n_incidents++;
        if (row != NULL)
            row->incidents++;
    }
    return rc;
}

/* The snapshot is given back before the answer leaves, so its texts are copied. */
static enum err own_texts(struct making *m, struct fail *why)
{
    struct floor_output *floors = m->out.floors.at;

    for (size_t i = 0; i < m->n; i++) {
        struct row_output *row = &m->rows[i];
        struct span *texts[] = {&row->name, &row->floor, &row->room};

        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            size_t len = texts[k]->len;

            *texts[k] = arena_copy(m->req->arena, *texts[k]);
            if (texts[k]->p == NULL && len > 0)
                return fail_set(why, ERR_NOMEM, "names");
        }
    }
    for (size_t i = 0; i < m->out.floors.n; i++) {
        floors[i].id = arena_copy(m->req->arena, floors[i].id);
        if (floors[i].id.p == NULL)
            return fail_set(why, ERR_NOMEM, "floors");
    }
    return ERR_OK;
}

static enum err make(struct making *m, struct fail *why)
{
    enum err rc;

    m->out.at = m->presence->at_utc_us;
    m->out.n_staff = m->presence->n_staff;
    m->out.alone_after_min = settings_int(m->req->services->settings, &setting_care_alone_min);
    rc = child_names_open(m->req, &m->names, why);
    if (rc == ERR_OK)
        rc = put_rows(m, why);
    if (rc == ERR_OK)
        rc = put_floors(m, why);
    if (rc == ERR_OK)
        rc = put_sos(m, why);
    if (rc == ERR_OK)
        rc = put_incidents(m, why);
    if (rc == ERR_OK)
        rc = put_handover(m, why);
    if (rc == ERR_OK)
        rc = own_texts(m, why);
    child_names_close(&m->names);
    if (rc == ERR_OK)
        qsort(m->rows, m->n, sizeof *m->rows, compare);
    m->out.rows = (struct jx_list){m->rows, m->n};
    return rc;
}

static void recorded(struct req *req)
{
    console_recorded(req->services->console, req->caller.account, req->now_utc_us, req->shown,
                     req->n_shown);
}

static void record(struct making *m)
{
    struct req *req = m->req;
    bool is_first = true;
    size_t n = m->n;

    if (req->services->console != NULL)
        n = console_unrecorded(req->services->console, req->caller.account, req->now_utc_us,
                               m->shown, m->n, &is_first);
    req->shown = m->shown;
    req->n_shown = n;
    req->access_recorded = n == 0 && !is_first;
    if (req->services->console != NULL)
        req->recorded = recorded;
}

static void show_console(struct req *req)
{
    struct making m = {.req = req, .presence = presence_now(req->services->place)};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (m.presence == NULL) {
        fail_set(&why, ERR_UNAVAILABLE, "the place is not open yet");
        reply_fail(req, &why);
        return;
    }
    rc = make(&m, &why);
    presence_unref(&m.presence);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    record(&m);
    reply_json(req, 200, &m.out);
}

const struct route console_routes[CONSOLE_ROUTES_N] = {
    {.name = "console.show",
     .method = HTTP_GET,
     .path = "/api/v1/console",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_STAFF,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &console_shape,
     .summary_ja = "いまいる児童生徒とフロアの様子を見る",
     .handle = show_console},
};
