/* Lines of a shared lesson: ours on their way out, others' on their way in. Each is a row at
 * every node before anybody else hears of it. */
#include <stdlib.h>

#include "federation/mirrors_priv.h"
#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/db/digest.h"
#include "tenants/profile/profile_rules.h"
#include "tenants/words/words_now.h"

static const char someone_ja[] = "ともだち", staff_ja[] = "スタッフ";

/* One line on its way to its row; its own copy of everything. */
struct crossing {
    struct mirrors *mirrors;
    struct id lesson;
    struct mirror_line_row row; /* text_sealed: the writer's */
    struct room_line line;      /* its text is what is shown or sent */
    struct span original;       /* others': as it came, to be sealed */
    uint8_t key[SERIES_KEY_BYTES];
    bool is_question;
    int n_tries;
    struct fail fail;
    uint8_t text[]; /* of line, then of original */
};

static void crossing_free(struct crossing *c)
{
    digest_wipe(c->key, sizeof c->key);
    free(c);
}

/* By the sender's clock, as far as that can be. */
static int64_t time_of(const struct room_line *line)
{
    int64_t now = clock_utc_us();
    bool is_near =
        line->at_ms > (now - DAY_US) / 1000 && line->at_ms < (now + MINUTE_US) / 1000;

    return is_near ? line->at_ms * 1000 : now;
}

static struct crossing *crossing_of(struct mirrored *lesson, const struct room_line *line,
                                    enum mirror_line_state state, struct span shown,
                                    struct span original)
{
    struct crossing *c = calloc(1, sizeof *c + shown.len + original.len + 1);

    if (c == NULL)
        return NULL;
    c->mirrors = lesson->mirrors;
    c->lesson = lesson->at.lesson;
    c->line = *line;
    if (shown.len > 0)
        memcpy(c->text, shown.p, shown.len);
    if (original.len > 0)
        memcpy(c->text + shown.len, original.p, original.len);
    c->line.text = span_of(c->text, shown.len);
    c->original = span_of(c->text + shown.len, original.len);
    memcpy(c->key, lesson->at.evidence_key, sizeof c->key);
    c->row = (struct mirror_line_row){
        .id = id_new(),
        .lesson = lesson->at.lesson,
        .class = lesson->at.class,
        .node = line->node,
        .number = line->number,
        .at_utc_us = time_of(line),
        .line = line->line,
        .state = state,
    };
    memcpy(c->row.pseud, line->pseud, sizeof c->row.pseud);
    return c;
}

/* ---- writer's thread ---- */

/* Of another town: sealed for a while; ours lie in chat_line. */
static enum err cross_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct crossing *c = arg;
    struct mirror_line_row row = c->row, there;
    struct keyring *keyring = c->mirrors->conf.services->keyring;
    bool is_ours = c->row.state == MIRROR_SENT;
    struct span said = is_ours ? c->line.text : c->original;
    enum err rc = mirror_mac(c->key, &row, said, row.mac, why);

    if (rc == ERR_OK && c->n_tries > 1) { /* it may be there: the answer to COMMIT was lost */
        rc = mirror_line_find(tx, row.lesson, row.line, tx_arena(tx), &there, why);
        if (rc == ERR_OK && there.number == row.number && id_eq(there.node, row.node))
            return ERR_OK;
        rc = rc == ERR_NOT_FOUND ? ERR_OK : rc;
    }
    if (rc == ERR_OK && !is_ours)
        rc = mirror_line_seal(tx, keyring, &row, said, why);
    return rc == ERR_OK ? mirror_line_add(tx, &row, why) : rc;
}

static void cross_told(void *arg);
static void cross_done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct crossing *c, struct fail *why)
{
    const struct writer_op op = {cross_run, cross_done, c};

    c->n_tries++;
    return writer_post(c->mirrors->conf.services->writer, &op, why);
}

static void cross_done(void *arg, enum err rc, const struct fail *why)
{
    struct crossing *c = arg;
    bool may_try = rc != ERR_OK && rc != ERR_CONFLICT && rc != ERR_NOT_FOUND;

    if (may_try && c->n_tries < MIRROR_TRIES && post(c, NULL) == ERR_OK)
        return;
    c->fail = *why;
    c->fail.code = rc;
    if (live_post(c->mirrors->conf.services->live, cross_told, c, NULL) != ERR_OK)
        crossing_free(c); /* the node ends; what is ours crosses when it begins again */
}

/* ---- live thread: it is written ---- */

static void show(struct mirrored *lesson, struct crossing *c)
{
    struct room_figure *figure = NULL, *to = mirror_room_find(lesson->room, c->line.to_pseud);
    const struct puppet *puppet, *to_puppet = to == NULL ? NULL : to->owner;
    struct mirror_line line = {
        .line = c->line.line, .at_utc_us = c->row.at_utc_us, .text = c->line.text};
    struct fail why;
    enum err rc = mirror_room_pass(lesson->room, &c->line, &figure, &why);

    puppet = figure == NULL ? NULL : figure->owner;
    if (puppet == NULL)
        return;
    (void)mirror_room_account_of(lesson->room, c->line.to_pseud, &line.to_account);
    if (to_puppet != NULL)
        line.to = to_puppet->figure;
    if (rc == ERR_OK)
        rc = mirror_say(lesson->mirror, puppet->figure, &line, &why);
    if (rc != ERR_OK && rc != ERR_CONFLICT)
        log_warn("mirror.say", L_ID("line", c->line.line), L_FAIL(&why));
}

static void others_told(struct mirrored *lesson, struct crossing *c)
{
    struct mirrors *m = lesson->mirrors;

    if (c->is_question)
        return;
    if (c->fail.code == ERR_CONFLICT) { /* of before this program began */
        mirror_room_unheard(lesson->room, &c->line, 0, false);
    } else if (c->fail.code != ERR_OK) {
        mirror_room_unheard(lesson->room, &c->line, 0, true);
    } else if (c->row.state == MIRROR_BLOCKED) {
        atomic_fetch_add(&m->n_blocked, 1);
        mirror_room_unheard(lesson->room, &c->line, ROOM_BLOCKED_WORDS, false);
    } else {
        atomic_fetch_add(&m->n_heard, 1);
        show(lesson, c);
    }
}

static void cross_told(void *arg)
{
    struct crossing *c = arg;
    struct mirrors *m = c->mirrors;
    struct mirrored *lesson = m->is_ended ? NULL : mirrored_find(m, c->lesson);
    struct fail why;

    if (c->fail.code != ERR_OK && c->fail.code != ERR_CONFLICT) {
        atomic_fetch_add(&m->n_unwritten, 1);
        log_error("mirror.unwritten", L_ID("line", c->row.line), L_FAIL(&c->fail));
    }
    if (lesson == NULL || lesson->room == NULL) {
        ;
    } else if (c->row.state != MIRROR_SENT) {
        others_told(lesson, c);
    } else if (c->fail.code == ERR_OK && !c->is_question) {
        atomic_fetch_add(&m->n_said, 1);
        if (mirror_room_say(lesson->room, &c->line, &why) != ERR_OK)
            log_warn("mirror.unkept", L_ID("line", c->row.line), L_FAIL(&why));
    }
    crossing_free(c);
    arena_reset(m->arena);
}

static void send_it(struct mirrored *lesson, struct crossing *c)
{
    struct fail why = {.code = ERR_NOMEM};

    if (c != NULL && post(c, &why) == ERR_OK)
        return;
    atomic_fetch_add(&lesson->mirrors->n_unwritten, 1);
    log_error("mirror.unwritten", L_FAIL(&why));
    if (c == NULL)
        return;
    if (c->row.state != MIRROR_SENT && !c->is_question)
        mirror_room_unheard(lesson->room, &c->line, 0, true);
    crossing_free(c);
}

/* ---- ours ---- */

static bool pseud_of(struct mirrored *lesson, struct id account, uint8_t out[FRAME_PSEUD_BYTES])
{
    struct fail why;

    if (mirror_room_pseud_of(lesson->room, account, out))
        return true;
    if (series_pseud(lesson->mirrors->conf.series, lesson->at.series, account, out, &why) ==
        ERR_OK)
        return true;
    log_warn("mirror.pseud", L_ID("account", account), L_FAIL(&why));
    return false;
}

static void say(struct mirrored *lesson, struct room_line *line, struct id account)
{
    if (!pseud_of(lesson, account, line->pseud))
        return;
    line->node = lesson->mirrors->conf.self;
    line->number = lesson->next_number++;
    send_it(lesson, crossing_of(lesson, line, MIRROR_SENT, line->text, SPAN_NONE));
}

void mirror_own_said(void *arg, const struct mirror_line *said)
{
    struct mirrored *lesson = arg;
    struct room_line line = {
        .line = said->line, .at_ms = said->at_utc_us / 1000, .text = said->text};

    if (said->to != NULL) {
        const struct puppet *to = mirror_owner(said->to);

        memcpy(line.to_pseud, to->room->pseud, sizeof line.to_pseud);
    } else if (!id_is_none(said->to_account)) {
        (void)mirror_room_pseud_of(lesson->room, said->to_account, line.to_pseud);
    }
    say(lesson, &line, said->author);
}

void mirror_said_late(struct mirrored *lesson, struct id id, struct id account,
                      int64_t at_utc_us, struct span text)
{
    struct room_line line = {.line = id, .at_ms = at_utc_us / 1000, .text = text};

    say(lesson, &line, account);
}

/* ---- others' ---- */

/* The sender's last lines count, as they do at home: a number in pieces is seen whole. */
static enum err judge(struct mirrored *lesson, const struct room_figure *figure,
                      struct span text, struct words_verdict *verdict, struct fail *why)
{
    struct puppet *puppet = figure->owner;
    struct mirrors *m = lesson->mirrors;
    struct words *words;
    enum err rc;

    if (puppet != NULL && puppet->window == NULL)
        puppet->window = calloc(1, sizeof *puppet->window);
    words = words_now(m->conf.services->words);
    if (puppet != NULL && puppet->window != NULL)
        rc = words_window_put(puppet->window, words, WORDS_SURFACE_CHAT, text,
                              clock_mono_us() / 1000, m->arena, verdict, why);
    else
        rc = words_look(words, WORDS_SURFACE_CHAT, text, m->arena, verdict, why);
    words_unref(&words);
    return rc;
}

/* Nothing unseen, and the form in which we write: what is looked at is what is shown. */
static bool is_clean(struct mirrored *lesson, struct span text)
{
    struct span clean = SPAN_NONE;

    return utf_clean(text, UTF_KEEP_LINES, lesson->mirrors->arena, &clean, NULL) == ERR_OK &&
           span_eq(clean, text);
}

/* Staff of another town may name a place or a number, as ours may. */
static enum mirror_line_state judged(struct mirrored *lesson, const struct room_figure *figure,
                                     const struct room_line *line,
                                     struct words_verdict *verdict)
{
    unsigned grave =
        figure->look.is_staff ? 0 : WORDS_BIT(WORDS_CONTACT) | WORDS_BIT(WORDS_CRISIS);
    bool is_text = is_clean(lesson, line->text) && line->text.len <= MIRROR_TEXT_MOST;
    struct fail why = {.code = ERR_OK};

    if (is_text && judge(lesson, figure, line->text, verdict, &why) != ERR_OK) {
        log_warn("mirror.words", L_ID("line", line->line), L_FAIL(&why));
        is_text = false;
    }
    if (!is_text || (verdict->kinds & grave) != 0)
        return MIRROR_BLOCKED;
    return span_eq(verdict->masked, line->text) ? MIRROR_SAID : MIRROR_MASKED;
}

void mirror_heard(void *arg, const struct room_figure *figure, const struct room_line *line)
{
    struct mirrored *lesson = arg;
    struct words_verdict verdict = {.masked = line->text};
    struct span shown = line->text;
    enum mirror_line_state state = judged(lesson, figure, line, &verdict);

    if (state == MIRROR_MASKED)
        shown = verdict.masked;
    send_it(lesson, crossing_of(lesson, line, state, shown, line->text));
}

/* ---- questions (federation/mirror_lesson.h) ---- */

uint64_t mirror_asked_line(void *arg, bool is_own, struct id node,
                           const uint8_t pseud[FRAME_PSEUD_BYTES], struct id id,
                           uint64_t number, struct span text)
{
    struct mirrored *lesson = arg;
    struct room_line line = {.node = is_own ? lesson->mirrors->conf.self : node,
                             .number = is_own ? lesson->next_number : number,
                             .line = id,
                             .at_ms = clock_utc_us() / 1000,
                             .text = text};
    struct crossing *c;

    memcpy(line.pseud, pseud, sizeof line.pseud);
    c = crossing_of(lesson, &line, is_own ? MIRROR_SENT : MIRROR_ASKED, text,
                    is_own ? SPAN_NONE : text);
    if (c == NULL)
        return 0;
    c->is_question = true;
    if (is_own)
        lesson->next_number++;
    send_it(lesson, c);
    return line.number;
}

/* ---- names ---- */

static bool passes_for(struct mirrored *lesson, struct span name)
{
    struct arena *arena = lesson->mirrors->arena;
    const struct room_look *staff;
    struct span look = SPAN_NONE, other = SPAN_NONE;

    if (utf_look(name, arena, &look, NULL) != ERR_OK)
        return true;
    for (int i = 0; (staff = mirror_room_staff(lesson->room, i)) != NULL; i++)
        if (utf_look(span_text(staff->name), arena, &other, NULL) == ERR_OK &&
            span_eq(look, other))
            return true;
    return false;
}

/* The rules a name of ours keeps, as far as they can be asked of somebody unknown. */
static bool is_name(struct mirrored *lesson, const struct room_look *look)
{
    struct mirrors *m = lesson->mirrors;
    struct span name = span_text(look->name), clean = SPAN_NONE;
    const struct profile_names nobody = {.schools = NULL};
    struct jx_defects defects = {0};
    struct words_verdict verdict;
    struct words *words;
    uint32_t point = 0;
    enum err rc;

    if (name.len == 0 || utf_odd(name, &point) != UTF_FINE || utf_is_deceiving(name) ||
        utf_clean(name, 0, m->arena, &clean, NULL) != ERR_OK || !span_eq(clean, name))
        return false;
    words = words_now(m->conf.services->words);
    rc = words_look(words, WORDS_SURFACE_NAME, name, m->arena, &verdict, NULL);
    words_unref(&words);
    if (rc != ERR_OK || verdict.kinds != 0)
        return false;
    if (passes_for(lesson, name)) /* nor staff there for staff here */
        return false;
    return look->is_staff || look->is_teacher ||
           (profile_check_name(ROLE_STUDENT, name, &nobody, m->arena, &defects, NULL) ==
                ERR_OK &&
            defects.n == 0);
}

bool mirror_name(void *arg, struct id node, struct room_look *look)
{
    struct mirrored *lesson = arg;
    const char *name = look->is_staff || look->is_teacher ? staff_ja : someone_ja;

    if (is_name(lesson, look))
        return false;
    log_info("mirror.name", L_ID("peer", node));
    memset(look->name, 0, sizeof look->name);
    memcpy(look->name, name, strlen(name));
    return true;
}
