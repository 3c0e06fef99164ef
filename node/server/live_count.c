#include "node/server/live_count.h"

#include <inttypes.h>
#include <stdlib.h>

#include "node/server/text.h"

enum err live_count_init(struct live_count *count, int n_commands, struct fail *why)
{
    for (int i = 0; i < 2; i++) {
        count->by_command[i] = calloc((size_t)n_commands + 1, sizeof *count->by_command[i]);
        if (count->by_command[i] == NULL)
            return fail_set(why, ERR_NOMEM, "counters of %d commands", n_commands);
    }
    return ERR_OK;
}

void live_count_fini(struct live_count *count)
{
    for (int i = 0; i < 2; i++)
        free(count->by_command[i]);
}

void live_count_breach(struct live_count *count, const char *rule)
{
    for (int i = 0; i < LIVE_RULES_CAP; i++) {
        const char *name = atomic_load_explicit(&count->rules[i].rule, memory_order_relaxed);

        if (name != NULL && strcmp(name, rule) != 0)
            continue;
        if (name == NULL)
            atomic_store_explicit(&count->rules[i].rule, rule, memory_order_release);
        live_count_add(&count->rules[i].n, 1);
        return;
    }
}

static uint64_t read_counter(const atomic_uint_least64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void write_plain(const struct live_count *c, struct text *text)
{
    const struct {
        const char *name, *help;
        const atomic_uint_least64_t *n;
    } rows[] = {
        {"opened", "Connections that were let in.", &c->n_opened},
        {"frames_sent", "Messages handed to sockets.", &c->n_frames_sent},
        {"bytes_sent", "Bytes handed to sockets.", &c->n_bytes_sent},
        {"frames_dropped", "Movement that slow receivers did not get.", &c->n_frames_dropped},
        {"too_slow", "Connections closed because they did not read.", &c->n_too_slow},
        {"dead", "Connections cut because nothing came.", &c->n_dead},
        {"too_many", "Commands refused because they came too often.", &c->n_too_many},
        {"sticks_let_go", "Binary messages not looked at, too many.", &c->n_sticks_let_go},
        {"sound_let_go", "Packets of sound that slow receivers did not get.",
         &c->n_sound_let_go},
        {"rounds", "Rounds of the loop.", &c->n_rounds},
        {"ticks", "Ticks of 100 ms.", &c->n_ticks},
        {"ticks_late", "Ticks that stood for more than one.", &c->n_ticks_late},
    };

    text_add(text,
             "# TYPE ibasho_live_connections gauge\n"
             "# HELP ibasho_live_connections Open WebSockets, and those being opened.\n"
             "ibasho_live_connections{state=\"open\"} %d\n"
             "ibasho_live_connections{state=\"opening\"} %d\n",
             atomic_load(&c->n_open), atomic_load(&c->n_opening));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        text_add(text,
                 "# TYPE ibasho_live_%s counter\n# HELP ibasho_live_%s %s\n"
                 "ibasho_live_%s_total %" PRIu64 "\n",
                 rows[i].name, rows[i].name, rows[i].help, rows[i].name,
                 read_counter(rows[i].n));
}

static const char *end_name(enum live_end end)
{
    switch (end) {
    case LIVE_END_BYE:
        return "bye";
    case LIVE_END_AWAY:
        return "away";
    case LIVE_END_CUT:
        return "cut";
    case LIVE_END_FAULT:
        return "fault";
    case LIVE_END_OURS:
        return "ours";
    }
    return "?";
}

static void begin(struct text *text, const char *name, const char *help)
{
    text_add(text, "# TYPE ibasho_live_%s counter\n# HELP ibasho_live_%s %s\n", name, name,
             help);
}

static void write_one(struct text *text, const char *name, const char *label, const char *value,
                      uint64_t n)
{
    if (n > 0)
        text_add(text, "ibasho_live_%s_total{%s=\"%s\"} %" PRIu64 "\n", name, label, value, n);
}

static void write_labelled(const struct live_count *c, struct text *text)
{
    begin(text, "ended", "Connections that were let in and are over, by why.");
    for (int i = 0; i <= LIVE_END_OURS; i++)
        write_one(text, "ended", "end", end_name((enum live_end)i), read_counter(&c->ended[i]));
    begin(text, "refused", "Connections that were not let in, by what they were told.");
    for (int i = 0; i < REFUSE_N; i++)
        write_one(text, "refused", "code", refusal_code((enum refusal)i),
                  read_counter(&c->refused[i]));
    begin(text, "faults", "Connections closed because a rule of the protocol was broken.");
    for (int i = 0; i < WS_FAULT_N; i++)
        write_one(text, "faults", "rule", ws_fault_name((enum ws_fault)i),
                  read_counter(&c->faults[i]));
    begin(text, "breaches", "What an unaltered client never does, by rule.");
    for (int i = 0; i < LIVE_RULES_CAP; i++) {
        const char *rule = atomic_load_explicit(&c->rules[i].rule, memory_order_acquire);

        if (rule != NULL)
            write_one(text, "breaches", "rule", rule, read_counter(&c->rules[i].n));
    }
}

void live_count_write(const struct live_count *c, const struct command_rows *rows,
                      struct text *text)
{
    static const char *const said[] = {"ok", "no"};

    write_plain(c, text);
    write_labelled(c, text);
    begin(text, "commands", "Commands by row and answer.");
    for (int i = 0; i < command_rows_n(rows); i++)
        for (int k = 0; k < 2; k++) {
            uint64_t n = read_counter(&c->by_command[k][i]);

            if (n > 0)
                text_add(text,
                         "ibasho_live_commands_total{command=\"%s\",answer=\"%s\"} %" PRIu64
                         "\n",
                         command_rows_at(rows, i)->name, said[k], n);
        }
}
