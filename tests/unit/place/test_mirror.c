/* A floor that other towns see, with a small feature of the test's own: figures and their
 * lines, what is told of our own people, what the host may stop, who may come. */
#include "node/place/mirror.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/place/chat_rows.h"
#include "node/place/measure_rows.h"
#include "node/place/mirror_priv.h"
#include "node/place/place_guest.h"
#include "node/place/talk_priv.h"
#include "tests/t.h"
#include "tests/unit/place/world_lab.h"

enum { CHILD, OTHER, STAFF, LINES_N };

struct line {
    struct live_head head;
    char text[16384];
    size_t len;
};
struct fake_live {
    struct live_head head;
    char answer[1024];
};

/* What the feature was told. */
struct heard {
    char text[2048];
    size_t len;
    struct mirror_figure *to; /* of the last line */
    struct command_later later;
};

struct town {
    struct place place;
    struct place_floor *floor;
    struct ground *ground;
    struct fake_live live;
    struct services services;
    struct writer *writer; /* of no server: what goes to it is not kept, and it says so */
    FILE *log;
    struct chat chat;
    struct place_pass passes[LINES_N];
    struct guest guests[LINES_N];
    struct line lines[LINES_N];
    struct heard heard;
    struct mirror_feature feature;
    struct mirror *mirror;
};

/* ---- the server's side ---- */

static void keep(struct live_conn *conn, struct ws_shared *frame, enum ws_keep how)
{
    struct line *line = (struct line *)(void *)conn;
    struct span b = ws_shared_bytes(frame);
    size_t head = b.len < 2 ? b.len : b.p[1] == 126 ? 4 : b.p[1] == 127 ? 10 : 2;

    if (how != WS_KEEP || line->len + b.len + 2 > sizeof line->text)
        return;
    memcpy(line->text + line->len, b.p + head, b.len - head);
    line->len += b.len - head;
    line->text[line->len] = '\0';
}

static void answered(struct live *live, const struct command_later *later, const char *outcome,
                     struct span text)
{
    struct fake_live *fake = (struct fake_live *)(void *)live;

    (void)later;
    (void)outcome;
    snprintf(fake->answer, sizeof fake->answer, "%.*s", SPAN_ARG(text));
}

static struct command_later later_of(const struct command_call *call)
{
    return (struct command_later){.row = call->row, .number = call->number};
}

static enum err post_now(struct live *live, void (*fn)(void *arg), void *arg, struct fail *why)
{
    (void)live;
    (void)why;
    fn(arg);
    return ERR_OK;
}

static const struct live_ops ops = {
    .send = keep, .answer = answered, .later = later_of, .post = post_now};

static void send_peer(void *peer, struct ws_shared *frame, enum ws_keep how)
{
    const struct visit *visit = peer;

    if (visit->guest != NULL)
        live_send(visit->guest->conn, frame, how);
}

/* ---- the feature ---- */

static void note(struct heard *heard, const char *what, struct span of)
{
    heard->len += (size_t)snprintf(heard->text + heard->len, sizeof heard->text - heard->len,
                                   "%s %.*s;", what, SPAN_ARG(of));
}

static void came(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at)
{
    (void)account;
    (void)at;
    note(arg, "came", span_text(look->name));
}

static void look(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at)
{
    (void)account;
    (void)at;
    note(arg, "look", span_text(look->name));
}

static void left(void *arg, struct id account)
{
    (void)account;
    note(arg, "left", SPAN_NONE);
}

static void moved(void *arg, struct id account, const struct mirror_move *move)
{
    (void)arg;
    (void)account;
    (void)move;
}

static void said(void *arg, const struct mirror_line *line)
{
    struct heard *heard = arg;

    note(heard, "said", line->text);
    heard->to = line->to;
}

static void gone(void *arg, struct id line)
{
    (void)line;
    note(arg, "gone", SPAN_NONE);
}

static void reacted(void *arg, struct id account, int kind)
{
    (void)account;
    (void)kind;
    note(arg, "reacted", SPAN_NONE);
}

static void asked(void *arg, struct command_later later, struct id by,
                  struct mirror_figure *figure, enum mirror_what what, bool on)
{
    struct heard *heard = arg;
    char text[64];

    snprintf(text, sizeof text, "%d %d %d %d", (int)what, on, !id_is_none(by),
             figure == heard->to);
    note(heard, "asked", span_text(text));
    heard->later = later;
}

static void asked_warn(void *arg, struct command_later later, struct id by,
                       struct mirror_figure *figure, struct span template, struct id line)
{
    struct heard *heard = arg;
    char text[64];

    snprintf(text, sizeof text, "%.*s %d %d %d", SPAN_ARG(template), !id_is_none(by),
             figure == heard->to, !id_is_none(line));
    note(heard, "asked-warn", span_text(text));
    heard->later = later;
}

static void asked_in(void *arg, struct command_later later, struct id by, struct span pseud)
{
    struct heard *heard = arg;

    (void)by;
    note(heard, "asked-in", pseud);
    heard->later = later;
}

static void asked_gone(void *arg, struct command_later later, struct id by, struct id line)
{
    struct heard *heard = arg;

    (void)by;
    (void)line;
    note(heard, "asked-gone", SPAN_NONE);
    heard->later = later;
}

/* ---- a town ---- */

static struct writer *writer_of_nothing(void)
{
    static const struct stmt_table none[] = {{NULL, 0}};
    const struct writer_conf conf = {
        .db = {.socket_dir = "/nonexistent", .user = "nobody", .name = "nothing"},
        .tables = none,
        .n_waiting_cap = 16,
        .n_batch_cap = 16,
        .wait_cap_ms = 100,
    };
    struct writer *writer = NULL;

    T_EQ(writer_start(&conf, &writer, NULL), ERR_OK, "a writer");
    return writer;
}

static struct visit *visit_at(struct town *t, int i)
{
    return t->guests[i].visit;
}

static void stand(struct town *t, int i)
{
    const struct world_entry entry = {.rung = RUNG_TEXT, .state = WORLD_TALK};
    struct visit *visit = visit_create(&t->place, &t->passes[i], ID_NONE);

    visit_attach(visit, &t->guests[i], place_now());
    T_EQ(visit_stand(visit, t->floor, 1, &entry, place_now(), NULL), ERR_OK, "on the floor");
}

static void run(struct town *t)
{
    struct place_now now = place_now();

    world_tick(t->place.world, place_ms(now));
    mirrors_sweep(&t->place, now);
    chat_lines_sweep(&t->chat, now);
    arena_reset(t->place.arena);
}

static bool has(const struct town *t, int i, const char *text)
{
    return strstr(t->lines[i].text, text) != NULL;
}

static void forget(struct town *t)
{
    for (int i = 0; i < LINES_N; i++) {
        t->lines[i].len = 0;
        t->lines[i].text[0] = '\0';
    }
    t->heard.len = 0;
    t->heard.text[0] = '\0';
    t->live.answer[0] = '\0';
}

static void people_make(struct town *t)
{
    static const char *const names[LINES_N] = {"child", "other", "staff"};

    for (int i = 0; i < LINES_N; i++) {
        t->lines[i].head =
            (struct live_head){&ops, (struct live *)(void *)&t->live, t->place.arena};
        t->passes[i].look = lab_look(names[i], i == STAFF ? ROLE_SUPPORTER : ROLE_STUDENT);
        t->passes[i].caller.account = t->passes[i].look.account;
        t->guests[i] = (struct guest){.place = &t->place,
                                      .conn = (struct live_conn *)(void *)&t->lines[i],
                                      .pass = &t->passes[i],
                                      .next = t->place.guests};
        t->place.guests = &t->guests[i];
    }
}

/* mirrored: begun, with two of our own there and told. */
static struct town *town_create(void)
{
    struct town *t = calloc(1, sizeof *t);
    const struct world_conf world = {
        .send = send_peer, .call = visit_call, .distance_cm = 150, .n_people_cap = 1000};

    t->log = tmpfile();
    log_to(fileno(t->log));
    t->place.live = (struct live *)(void *)&t->live;
    T_EQ(arena_create(65536, &t->place.arena, NULL), ERR_OK, "an arena");
    t->live.head = (struct live_head){&ops, t->place.live, t->place.arena};
    T_EQ(world_create(&world, &t->place.world, NULL), ERR_OK, "a world");
    t->writer = writer_of_nothing();
    T_EQ(visit_log_open(t->writer, &t->place.log, NULL), ERR_OK, "a log");
    t->ground = lab_ground_file(LAB_FLOOR);
    t->floor = calloc(1, sizeof *t->floor);
    snprintf(t->floor->id, sizeof t->floor->id, "shared-abc23456");
    t->floor->is_there = t->floor->is_shared = true;
    t->floor->ground = ground_ref(t->ground);
    t->floor->room = (struct facts_room){.capacity = 2, .when_full = FACTS_COPY};
    t->place.floors = t->floor;
    t->chat.place = &t->place;
    t->place.chat = &t->chat;
    t->services.live = t->place.live;
    t->services.place = &t->place;
    people_make(t);
    stand(t, CHILD);
    stand(t, STAFF);
    t->feature =
        (struct mirror_feature){&t->heard, came, look,  left,     moved,      said,      gone,
                                reacted,   NULL, asked, asked_in, asked_gone, asked_warn};
    T_EQ(mirror_begin(&t->place, span_text(t->floor->id), &t->feature, &t->mirror, NULL),
         ERR_OK, "begins");
    run(t);
    return t;
}

static void town_destroy(struct town *t)
{
    mirrors_free(&t->place);
    while (t->place.visits != NULL) {
        struct visit *visit = t->place.visits;

        visit_end(&visit, VISIT_EXIT, "", 0, place_now());
    }
    chat_forget(&t->chat, INT64_MAX);
    visit_log_close(&t->place.log);
    writer_stop(&t->writer);
    place_floors_close(&t->place);
    world_destroy(&t->place.world);
    ground_unref(&t->ground);
    arena_destroy(&t->place.arena);
    log_to(2);
    fclose(t->log);
    free(t);
    lab_peers_fini();
}

static struct mirror_figure *figure_put(struct town *t, const char *name)
{
    struct mirror_look seen = {.kind = 3, .colour = 2, .state = WORLD_TALK};
    struct mirror_figure *figure = NULL;

    snprintf(seen.name, sizeof seen.name, "%s", name);
    snprintf(seen.town, sizeof seen.town, "あおぞら市");
    snprintf(seen.pseud, sizeof seen.pseud, "pseud%s", name);
    T_EQ(mirror_put(t->mirror, t, &seen, (struct floor_spot){400, 200}, &figure, NULL), ERR_OK,
         "a figure");
    T_OK(mirror_owner(figure) == t, "with its owner");
    return figure;
}

static void call(struct town *t, int i, const struct command *row, const char *json)
{
    static max_align_t input[16];
    struct arena *arena = NULL;
    struct command_call call = {.row = row,
                                .services = &t->services,
                                .conn = t->guests[i].conn,
                                .visitor = &t->guests[i],
                                .caller = &t->passes[i].caller,
                                .input = input,
                                .now_mono_us = clock_mono_us(),
                                .now_utc_us = clock_utc_us(),
                                .number = 7};

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "an arena");
    call.arena = arena;
    T_OK(row->input->bytes <= sizeof input, "room for it");
    T_EQ(jx_read(span_text(json), row->input, arena, input, NULL, NULL), ERR_OK, json);
    row->handle(&call);
    arena_destroy(&arena);
}

static const struct command *row_of(const struct command *rows, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    abort();
}

static bool is_answered(const struct town *t, const char *text)
{
    return strstr(t->live.answer, text) != NULL;
}

static struct chat_where where_of(const struct town *t)
{
    struct chat_where where = {.copy = 1};

    memcpy(where.floor, t->floor->id, sizeof where.floor);
    return where;
}

/* ---- */

T_CASE(a_mirror_begins_and_ends_with_all_it_brought)
{
    struct town *t = town_create();
    struct mirror *again = NULL;
    struct mirror_figure *figure;

    T_REQ("CARD-4");
    T_TEXT(t->heard.text, "came name-child;came name-staff;", "who is there");
    T_EQ(mirror_begin(&t->place, span_text(t->floor->id), &t->feature, &again, NULL),
         ERR_CONFLICT, "one at a time");
    T_EQ(mirror_begin(&t->place, SPAN("plaza"), &t->feature, &again, NULL), ERR_NOT_FOUND,
         "no such floor");
    T_OK(again == NULL, "neither");
    T_EQ(place_room_for(t->floor, true), 1, "a place is left");
    stand(t, OTHER);
    T_EQ(place_room_for(t->floor, true), -1, "full: no second copy");
    figure = figure_put(t, "far");
    run(t);
    T_OK(has(t, CHILD, "\"town\":\"あおぞら市\"") && !has(t, CHILD, "pseudfar"), "seen");
    T_OK(has(t, STAFF, "\"pseud\":\"pseudfar\""), "staff read the pseudonym");
    T_EQ(place_floor_n(t->floor), 3, "three of our own");
    T_EQ(t->place.n_counted, 2, "of whom two take a place");
    forget(t);
    mirror_react(figure, 2);
    T_OK(has(t, CHILD, "{\"ev\":\"reacted\",\"of\":{\"seat\":"), "it shows something");
    mirror_react(figure, 99);
    mirror_take(&figure);
    T_OK(figure == NULL, "gone");
    mirror_take(&figure);
    (void)figure_put(t, "next");
    run(t);
    T_OK(has(t, CHILD, "people.left"), "it left");
    forget(t);
    mirror_end(&t->mirror);
    mirror_end(&t->mirror);
    run(t);
    T_OK(t->mirror == NULL && has(t, CHILD, "people.left"), "all go at the end");
    T_EQ(place_room_for(t->floor, true), 2, "another copy as before");
    T_TEXT(t->heard.text, "", "nothing is told any more");
    town_destroy(t);
}

/* ---- words ---- */

static enum err say(struct town *t, struct mirror_figure *figure, struct id id,
                    const char *text, struct id to_account, struct mirror_figure *to)
{
    const struct mirror_line line = {
        .line = id, .text = span_text(text), .to_account = to_account, .to = to};

    return mirror_say(t->mirror, figure, &line, NULL);
}

T_CASE(a_figures_line_is_read_by_all_and_by_whoever_comes_and_is_told_to_nobody_else)
{
    struct town *t = town_create();
    struct mirror_figure *figure = figure_put(t, "far"), *other = figure_put(t, "third");
    struct id first = id_new(), second = id_new();
    char long_text[MIRROR_TEXT_MOST + 2];

    T_REQ("CARD-4");
    run(t);
    forget(t);
    T_EQ(say(t, figure, first, "こんにちは", t->passes[CHILD].look.account, NULL), ERR_OK,
         "said");
    T_OK(has(t, CHILD, "こんにちは") && has(t, CHILD, "\"town\":\"あおぞら市\"") &&
             has(t, CHILD, "\"name\":\"far\"") && has(t, CHILD, "\"name\":\"name-child\""),
         "by whom, from where, to whom");
    T_OK(!has(t, CHILD, "pseudfar") && has(t, STAFF, "\"pseud\":\"pseudfar\""), "to staff");
    T_OK(!has(t, STAFF, "\"account\""), "but no account");
    T_TEXT(t->heard.text, "", "not told back");
    T_EQ(say(t, figure, second, "ふたつめ", ID_NONE, other), ERR_OK, "to another figure");
    T_OK(has(t, CHILD, "\"name\":\"third\""), "named");
    T_EQ(say(t, figure, first, "また", ID_NONE, NULL), ERR_CONFLICT, "an id is once");
    T_EQ(say(t, figure, id_new(), "", ID_NONE, NULL), ERR_INVALID, "no text");
    T_EQ(say(t, figure, ID_NONE, "x", ID_NONE, NULL), ERR_INVALID, "no id");
    T_EQ(say(t, figure, id_new(), "\xff", ID_NONE, NULL), ERR_INVALID, "no UTF-8");
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    T_EQ(say(t, figure, id_new(), long_text, ID_NONE, NULL), ERR_INVALID, "too long");
    mirror_take(&figure);
    stand(t, OTHER);
    run(t);
    T_OK(has(t, OTHER, "chat.lines") && has(t, OTHER, "こんにちは"), "who comes reads it");
    forget(t);
    mirror_gone(t->mirror, first);
    T_OK(has(t, CHILD, "chat.gone"), "taken away");
    mirror_gone(t->mirror, first);
    mirror_gone(t->mirror, id_new());
    chat_forget_rows(&t->chat); /* somebody's key went: what has rows is read again */
    visit_at(t, OTHER)->told.is_told = false;
    forget(t);
    run(t);
    T_OK(has(t, OTHER, "ふたつめ") && !has(t, OTHER, "こんにちは"), "the other one stays");
    T_TEXT(t->heard.text, "", "nothing of it is told back");
    town_destroy(t);
}

static void own_line(struct town *t, struct id id, const char *text, uint64_t to_figure,
                     int copy, const char *room)
{
    struct chat_where where = where_of(t);
    const struct chat_line of = {.id = id,
                                 .author = t->passes[CHILD].look.account,
                                 .at_utc_us = clock_utc_us(),
                                 .state = CHAT_SAID,
                                 .name = SPAN("name-child"),
                                 .text = span_text(text),
                                 .original = span_text(text),
                                 .to_figure = to_figure};
    struct chat_line *line = chat_line_create(&of);

    where.copy = copy;
    snprintf(where.room, sizeof where.room, "%s", room);
    chat_lines_put(&chat_spot_need(&t->chat, &where)->lines, line);
    chat_line_send(&t->chat, &where, NULL, line, place_now());
}

static void decide(struct town *t, struct id line, enum chat_act act)
{
    struct chat_decided *d = calloc(1, sizeof *d);

    *d = (struct chat_decided){.services = &t->services,
                               .line = line,
                               .author = t->passes[CHILD].look.account,
                               .act = act,
                               .where = where_of(t)};
    chat_decided_post(d);
}

T_CASE(what_our_own_say_openly_is_told_once_and_what_staff_take_away)
{
    struct town *t = town_create();
    struct mirror_figure *figure = figure_put(t, "far");
    struct id line = id_new();

    T_REQ("CARD-4");
    run(t);
    forget(t);
    own_line(t, line, "おはよう", figure->number, 1, "");
    T_TEXT(t->heard.text, "said おはよう;", "told");
    T_OK(t->heard.to == figure, "with whom it addresses");
    forget(t);
    own_line(t, id_new(), "ないしょ", 0, 1, "nook");
    T_TEXT(t->heard.text, "", "what stays in an area stays here");
    own_line(t, id_new(), "あちら", 0, 2, "");
    T_TEXT(t->heard.text, "", "and another copy's, too");
    decide(t, line, CHAT_HIDE);
    T_TEXT(t->heard.text, "gone ;", "taken away");
    decide(t, line, CHAT_HIDE);
    T_TEXT(t->heard.text, "gone ;", "once");
    forget(t);
    decide(t, line, CHAT_RELEASE);
    T_TEXT(t->heard.text, "said おはよう;", "shown again");
    T_OK(t->heard.to == figure, "to whom it was");
    forget(t);
    mirror_gone(t->mirror, line);
    T_OK(has(t, CHILD, "chat.gone"), "the host took it away");
    T_TEXT(t->heard.text, "", "and knows");
    mirror_reacted(visit_at(t, CHILD), 1);
    T_TEXT(t->heard.text, "reacted ;", "what is shown");
    town_destroy(t);
}

/* ---- stops ---- */

T_CASE(what_the_host_stops_is_refused_here_and_who_is_put_out_stays_out)
{
    struct town *t = town_create();
    struct id account = t->passes[CHILD].look.account;
    const struct visit *visit;

    T_REQ("CARD-10");
    T_EQ(mirror_stop(t->mirror, account, MIRROR_CHAT | MIRROR_REACT, true, NULL), ERR_OK,
         "stopped");
    call(t, CHILD, row_of(chat_commands, CHAT_COMMANDS_N, "chat.say"),
         "{\"line\":\"0197a3b0-0000-7000-8000-000000000001\",\"text\":\"x\"}");
    T_OK(is_answered(t, "\"code\":\"stopped\""), "writing is refused");
    forget(t);
    call(t, CHILD, row_of(react_commands, REACT_COMMANDS_N, "react"), "{\"kind\":\"nod\"}");
    T_OK(is_answered(t, "\"code\":\"stopped\""), "reactions, too");
    T_EQ(mirror_stop(t->mirror, account, MIRROR_REACT, false, NULL), ERR_OK, "taken back");
    visit = visit_at(t, CHILD);
    T_OK(!mirror_shuts(t->floor, account) && visit->floor == t->floor, "he is there");
    forget(t);
    T_EQ(mirror_stop(t->mirror, account, MIRROR_EJECT, true, NULL), ERR_OK, "put out");
    T_OK(visit_at(t, CHILD) == NULL && has(t, CHILD, "{\"ev\":\"out\""), "to the lobby");
    place_shared_gate_set(&t->place, NULL, NULL);
    T_OK(!place_may(&t->place, &t->passes[CHILD], t->floor, place_now()), "and not in again");
    run(t);
    T_OK(strstr(t->heard.text, "left ;") != NULL, "the others hear that he left");
    T_EQ(mirror_stop(t->mirror, t->passes[STAFF].look.account, MIRROR_EJECT, true, NULL),
         ERR_DENIED, "staff of ours no other town parts from their children");
    T_OK(visit_at(t, STAFF) != NULL, "they are there");
    T_OK(place_may(&t->place, &t->passes[STAFF], t->floor, place_now()), "and may be");
    T_EQ(mirror_stop(t->mirror, t->passes[OTHER].look.account, MIRROR_EJECT, true, NULL),
         ERR_OK, "who is not there");
    mirror_end(&t->mirror);
    T_OK(!mirror_shuts(t->floor, account), "until the end");
    town_destroy(t);
}

/* ---- the line ---- */

T_CASE(a_cut_is_told_to_who_is_there_and_who_comes_until_it_is_over)
{
    struct town *t = town_create();

    T_REQ("CARD-4");
    forget(t);
    mirror_notice(t->mirror, false, 0);
    run(t);
    T_OK(!has(t, CHILD, "mirror.state"), "what holds is no news");
    mirror_notice(t->mirror, true, INT64_C(1800000000000000));
    run(t);
    T_OK(has(t, CHILD, "{\"ev\":\"mirror.state\",\"of\":{\"is_cut\":true,\"since\":\"2027-"),
         "told with its time");
    T_OK(has(t, STAFF, "mirror.state"), "to all");
    forget(t);
    mirror_notice(t->mirror, true, INT64_C(1800000000000000));
    run(t);
    T_OK(!has(t, CHILD, "mirror.state"), "once");
    stand(t, OTHER);
    run(t);
    T_OK(has(t, OTHER, "\"is_cut\":true"), "who comes is told");
    visit_attach(visit_at(t, CHILD), &t->guests[CHILD], place_now());
    run(t);
    T_OK(has(t, CHILD, "\"is_cut\":true"), "and who comes back");
    forget(t);
    mirror_notice(t->mirror, false, 0);
    run(t);
    T_OK(has(t, CHILD, "\"is_cut\":false") && has(t, OTHER, "\"is_cut\":false"), "it is back");
    forget(t);
    mirror_notice(t->mirror, true, INT64_C(1800000000000000));
    run(t);
    forget(t);
    mirror_end(&t->mirror);
    T_OK(has(t, CHILD, "\"is_cut\":false"), "nothing is cut when nothing is shared");
    town_destroy(t);
}

/* ---- who may come ---- */

static bool gate(void *arg, struct span floor, const struct place_pass *pass,
                 int64_t now_utc_us)
{
    T_TEXT("shared-abc23456", "shared-abc23456", "its floor");
    T_OK(floor.len == 15 && now_utc_us > 0, "the floor, and now");
    return id_eq(pass->look.account, *(const struct id *)arg);
}

T_CASE(a_shared_floor_is_opened_by_the_gate_alone)
{
    struct town *t = town_create();
    struct id one = t->passes[CHILD].look.account;

    T_OK(mirror_is_shared(SPAN("shared-x")) && !mirror_is_shared(SPAN("plaza")) &&
             !mirror_is_shared(SPAN("shared")),
         "by its name");
    T_OK(!place_may(&t->place, &t->passes[CHILD], t->floor, place_now()), "no gate: no child");
    T_OK(place_may(&t->place, &t->passes[STAFF], t->floor, place_now()), "but staff");
    place_shared_gate_set(&t->place, gate, &one);
    T_OK(place_may(&t->place, &t->passes[CHILD], t->floor, place_now()), "as it says");
    T_OK(!place_may(&t->place, &t->passes[STAFF], t->floor, place_now()), "to staff, too");
    t->floor->is_there = false;
    T_OK(!place_may(&t->place, &t->passes[CHILD], t->floor, place_now()), "a floor that is");
    town_destroy(t);
}

/* ---- guest teachers ---- */

struct teaching {
    struct id account;
    bool is_on;
};

static bool teaches(void *arg, struct span floor, struct id account, int64_t now_utc_us)
{
    const struct teaching *teaching = arg;

    return teaching->is_on && floor.len > 0 && now_utc_us > 0 &&
           id_eq(account, teaching->account);
}

T_CASE(a_guest_teacher_comes_where_he_teaches)
{
    struct town *t = town_create();
    struct place_pass *pass = &t->passes[OTHER];
    struct teaching teaching = {pass->look.account, true};

    T_REQ("CARD-3");
    pass->caller.role = ROLE_GUEST_TEACHER;
    pass->caller.account = pass->look.account;
    T_OK(!place_may(&t->place, pass, t->floor, place_now()), "nobody says that he teaches");
    place_guest_gate_set(&t->place, teaches, &teaching);
    T_OK(place_may(&t->place, pass, t->floor, place_now()), "he does, so he may");
    teaching.is_on = false;
    T_OK(!place_may(&t->place, pass, t->floor, place_now()), "no more");
    place_guest_again(&t->place);
    T_EQ(t->place.access_until_utc_us, 0, "looked at with the next sweep");
    teaching.is_on = true;
    pass->caller.role = ROLE_STUDENT;
    T_OK(!place_may(&t->place, pass, t->floor, place_now()), "it is asked of guests alone");
    town_destroy(t);
}

/* ---- what staff ask ---- */

static const char *stop_text(char text[128], int seat)
{
    snprintf(text, 128, "{\"seat\":%d,\"what\":\"eject\",\"on\":true}", seat);
    return text;
}

static const char *hide_text(char text[128], struct id line)
{
    char id[ID_TEXT_CAP];

    id_text(line, id);
    snprintf(text, 128, "{\"line\":\"%s\"}", id);
    return text;
}

T_CASE(staff_ask_about_figures_and_the_feature_answers)
{
    struct town *t = town_create();
    struct mirror_figure *figure = figure_put(t, "far");
    struct id line = id_new(), own = id_new();
    const struct command *stop = row_of(mirror_commands, MIRROR_COMMANDS_N, "figure.stop");
    const struct command *hide = row_of(mirror_commands, MIRROR_COMMANDS_N, "figure.hide");
    const struct command *warn = row_of(mirror_commands, MIRROR_COMMANDS_N, "figure.warn");
    struct world_where where;
    char text[128];

    T_REQ("CARD-10");
    run(t);
    forget(t);
    t->heard.to = figure;
    call(t, STAFF, stop, stop_text(text, mirror_seat(figure)));
    T_TEXT(t->heard.text, "asked 4 1 1 1;", "to put it out");
    T_TEXT(t->live.answer, "", "not answered yet");
    command_later_ok(t->place.live, &t->heard.later, NULL);
    T_OK(is_answered(t, "\"re\":7"), "by the feature");
    forget(t);
    call(t, STAFF, stop, stop_text(text, 9));
    T_OK(is_answered(t, "not-found"), "nobody there");
    world_where(visit_at(t, CHILD)->person, &where);
    call(t, STAFF, stop, stop_text(text, where.seat));
    T_OK(is_answered(t, "not-found"), "one of our own is no figure");
    T_EQ(say(t, figure, line, "あ", ID_NONE, NULL), ERR_OK, "a line");
    forget(t);
    snprintf(text, sizeof text, "{\"seat\":%d,\"template\":\"hurt\"}", mirror_seat(figure));
    call(t, STAFF, warn, text);
    T_TEXT(t->heard.text, "asked-warn hurt 1 1 0;", "to warn it");
    call(t, STAFF, warn, "{\"seat\":9,\"template\":\"hurt\"}");
    T_OK(is_answered(t, "not-found"), "nobody there to be warned");
    forget(t);
    call(t, STAFF, hide, hide_text(text, line));
    T_TEXT(t->heard.text, "asked-gone ;", "to take it away");
    mirror_gone(t->mirror, line);
    forget(t);
    call(t, STAFF, hide, hide_text(text, line));
    T_OK(is_answered(t, "not-found"), "once");
    own_line(t, own, "い", 0, 1, "");
    forget(t);
    call(t, STAFF, hide, hide_text(text, own));
    T_OK(is_answered(t, "not-found"), "a line of our own is decided elsewhere");
    T_TEXT(t->heard.text, "", "and nothing is asked");
    snprintf(text, sizeof text, "{\"seat\":%d}", mirror_seat(figure));
    call(t, CHILD, row_of(talk_commands, TALK_COMMANDS_N, "talk.ask"), text);
    T_OK(is_answered(t, "other-town"), "nobody talks with it alone");
    call(t, CHILD, row_of(talk_commands, TALK_COMMANDS_N, "talk.block"), text);
    T_OK(is_answered(t, "other-town"), "nor need it be kept away");
    mirror_end(&t->mirror);
    call(t, STAFF, stop, stop_text(text, 9));
    T_OK(is_answered(t, "not-found"), "when it is over");
    call(t, OTHER, stop, stop_text(text, 9));
    T_OK(is_answered(t, "not-here"), "who is on no floor");
    town_destroy(t);
}
