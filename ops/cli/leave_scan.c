/* Step scanned: the names that the town planted and has now opened, looked for in the raw
 * volume and in every directory the node had. One hit, and nothing is certified. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "ops/cli/backup.h"
#include "ops/cli/leave.h"
#include "tenants/certificate/town_doc.h"
#include "tenants/leaving/leaving_scan.h"
#include "tenants/leaving/leaving_volume.h"

static enum err read_names(struct leave *leave, struct span **names_out, size_t *n_out,
                           struct fail *why)
{
    const struct leaving_step *ordered = leaving_journal_find(&leave->journal, LEAVING_ORDERED);
    struct arena *arena = leave->cli->arena;
    const char *text;
    struct town_order order;
    const struct town_canary *at;
    struct span *names = NULL;
    struct jws jws;
    enum err rc;

    if (ordered == NULL)
        return fail_set(why, ERR_INTERNAL, "no order");
    text = arena_printf(arena, "%.*s\n", SPAN_ARG(leaving_fact(ordered->facts, "order")));
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "order");
    /* Whose it is was checked when it was handed in; the journal's line holds it since. */
    rc = jws_read(span_text(text), arena, &jws, why);
    if (rc == ERR_OK)
        rc = jws_read_shape(&jws, TOWN_ORDER_TYPE, &town_order_shape, arena, &order, why);
    if (rc == ERR_OK) {
        names = arena_alloc(arena, (order.canaries.n + 1) * sizeof *names);
        if (names == NULL)
            rc = fail_set(why, ERR_NOMEM, "names");
    }
    if (rc != ERR_OK)
        return rc;
    at = order.canaries.at;
    for (size_t i = 0; i < order.canaries.n; i++)
        names[i] = at[i].name;
    *names_out = names;
    *n_out = order.canaries.n;
    return ERR_OK;
}

/* This very program. */
static enum err own_hash(char hex_out[2 * HASH256_BYTES + 1], struct fail *why)
{
    FILE *f = fopen("/proc/self/exe", "re");
    struct hash256_state state;
    struct hash256 hash;
    uint8_t piece[65536];
    bool is_whole;
    size_t n;

    if (f == NULL)
        return fail_set(why, ERR_IO, "/proc/self/exe");
    hash256_init(&state);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        hash256_put(&state, span_of(piece, n));
    is_whole = ferror(f) == 0;
    fclose(f);
    if (!is_whole)
        return fail_set(why, ERR_IO, "/proc/self/exe cannot be read to its end");
    hash = hash256_end(&state);
    *hex_write(hash.b, sizeof hash.b, hex_out) = '\0';
    return ERR_OK;
}

struct places {
    struct leaving_facts_pen *pen;
    struct leaving_scan *scan;
};

static void put_place(struct places *p, const char *path, const char *kind, int64_t before)
{
    leaving_pen_item(p->pen);
    leaving_pen_int(p->pen, "bytes", leaving_scan_bytes(p->scan) - before);
    leaving_pen_text(p->pen, "kind", span_text(kind));
    leaving_pen_text(p->pen, "path", span_text(path));
    leaving_pen_item_end(p->pen);
}

static enum err scan_places(struct leave *leave, struct places *p, struct fail *why)
{
    const char *dirs[] = {leave->data_dir,
                          leave_dir(leave, "files.dir", "files"),
                          backup_dir(leave->cli),
                          leave_dir(leave, "keys.dir", "keys"),
                          leave_dir(leave, "keyd.dir", "keyd"),
                          conf_text(leave->cli->conf, "node.run_dir")};
    struct leaving_volume volume;
    enum err rc = leaving_volume_look(leave->data_dir, &volume, why);
    int64_t before;

    sync();
    if (rc == ERR_OK && volume.is_own && volume.device[0] != '\0') {
        before = leaving_scan_bytes(p->scan);
        rc = leaving_scan_file(p->scan, volume.device, why);
        put_place(p, volume.device, "volume", before);
    }
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0] && rc == ERR_OK; i++) {
        before = leaving_scan_bytes(p->scan);
        rc = leaving_scan_tree(p->scan, dirs[i], why);
        put_place(p, dirs[i], "directory", before);
    }
    return rc;
}

static int64_t put_hits(struct leaving_facts_pen *pen, const struct leaving_scan *scan,
                        const struct span *names, size_t n)
{
    char hex[2 * HASH256_BYTES + 1];
    int64_t n_hits = 0;

    leaving_pen_list(pen, "hits");
    for (size_t i = 0; i < n; i++) {
        const struct hash256 hash = hash256_of(names[i]);

        *hex_write(hash.b, sizeof hash.b, hex) = '\0';
        n_hits += leaving_scan_hits(scan, i);
        leaving_pen_item(pen);
        leaving_pen_int(pen, "hits", leaving_scan_hits(scan, i));
        leaving_pen_text(pen, "name_sha256", span_text(hex));
        leaving_pen_item_end(pen);
    }
    leaving_pen_list_end(pen);
    return n_hits;
}

/* What was found may lie in blocks that a clearing passed by: the next run looks at a disk that
 * was cleared once more. */
static void clear_again(struct leave *leave)
{
    struct leaving_volume volume;
    enum leaving_method method;
    struct fail why;
    enum err rc = leaving_volume_look(leave->data_dir, &volume, &why);

    if (rc == ERR_OK)
        rc = leaving_volume_clear(leave->data_dir, &volume, leave_path(leave, "filler"),
                                  &method, &why);
    if (rc != ERR_OK)
        cli_say("ディスクの空きをもう一度消せませんでした（%s）。", why.text);
}

enum err leave_scan(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                    struct fail *why)
{
    char tool[2 * HASH256_BYTES + 1];
    struct leaving_facts_pen pen, places_pen;
    struct leaving_scan *scan = NULL;
    struct span *names = NULL, places = SPAN_NONE, list;
    int64_t n_hits = 0;
    size_t n = 0;
    enum err rc = read_names(leave, &names, &n, why), closed;

    (void)is_waiting_out;
    if (rc == ERR_OK)
        rc = own_hash(tool, why);
    if (rc == ERR_OK)
        rc = leaving_scan_create(names, n, &scan, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&places_pen, why);
    if (rc == ERR_OK) {
        struct places p = {&places_pen, scan};

        leaving_pen_list(&places_pen, "places");
        rc = scan_places(leave, &p, why);
        leaving_pen_list_end(&places_pen);
        closed = leaving_pen_close(&places_pen, leave->cli->arena, &places, why);
        rc = rc == ERR_OK ? closed : rc;
    }
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc == ERR_OK) {
        n_hits = put_hits(&pen, scan, names, n);
        list = leaving_fact(places, "places");
        leaving_pen_int(&pen, "n_bytes", leaving_scan_bytes(scan));
        leaving_pen_int(&pen, "n_hits", n_hits);
        leaving_pen_int(&pen, "n_names", (int64_t)n);
        leaving_pen_raw(&pen, "places", list);
        leaving_pen_text(&pen, "tool_sha256", span_text(tool));
        rc = leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
    }
    leaving_scan_destroy(&scan);
    if (rc == ERR_OK && n_hits > 0) {
        fprintf(stderr, "%.*s\n", SPAN_ARG(*facts_out));
        cli_say(
            "目印の名前がまだ残っています（%lld か所）。消えたとは証明できません。上の places"
            "（調べた場所）を確かめてください。",
            (long long)n_hits);
        clear_again(leave);
        rc = fail_set(why, ERR_CONFLICT, "planted names were found %d times: not erased",
                      (int)n_hits);
    }
    return rc;
}
