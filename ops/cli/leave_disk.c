/* Steps cluster_removed and volume_discarded: every file overwritten and unlinked, then what
 * the disk still holds of files that went earlier. Only the journal, its key and node.conf
 * stay. */
#include <stdio.h>

#include "ops/cli/backup.h"
#include "ops/cli/leave.h"
#include "tenants/leaving/leaving_volume.h"
#include "tenants/leaving/leaving_wipe.h"

#define PLACES_CAP 4

static const char *const kept[] = {LEAVING_DIR, "node.conf", "lost+found", NULL};
static const char *const none[] = {NULL};

/* What stood there before; a second run finds less. */
static enum err write_count(struct leave *leave, const struct leaving_count *count,
                            struct span *facts_out, struct fail *why)
{
    struct leaving_facts_pen pen;
    enum err rc = leaving_pen_open(&pen, why);

    if (rc != ERR_OK)
        return rc;
    leaving_pen_int(&pen, "n_bytes", count->n_bytes);
    leaving_pen_int(&pen, "n_files", count->n_files);
    return leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
}

static enum err plan_cluster(struct leave *leave, struct span *facts_out, struct fail *why)
{
    const char *dir = arena_printf(leave->cli->arena, "%s/cluster", leave->data_dir);
    struct leaving_count count = {0, 0};
    enum err rc = leaving_count_tree(dir, true, NULL, &count, why);

    return rc == ERR_OK ? write_count(leave, &count, facts_out, why) : rc;
}

enum err leave_cluster(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                       struct fail *why)
{
    const char *dir = arena_printf(leave->cli->arena, "%s/cluster", leave->data_dir);
    const char *base = arena_printf(leave->cli->arena, "%s/cluster/base", leave->data_dir);
    struct leaving_count count = {0, 0};
    struct leaving_facts_pen pen;
    struct span before;
    enum err rc;

    (void)is_waiting_out;
    if (dir == NULL || base == NULL)
        return fail_set(why, ERR_NOMEM, "a path");
    rc = leave_plan(leave, "cluster.plan", plan_cluster, &before, why);
    if (rc == ERR_OK && leave->fault != NULL) { /* so that there is a half to die in */
        rc = leaving_wipe_tree(base, true, true, NULL, &count, why);
        leave_fault(leave, "half");
    }
    if (rc == ERR_OK)
        rc = leaving_wipe_tree(dir, false, true, NULL, &count, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    leaving_pen_text(&pen, "method", SPAN("overwrite, sync, unlink"));
    leaving_pen_raw(&pen, "n_bytes", leaving_fact(before, "n_bytes"));
    leaving_pen_raw(&pen, "n_files", leaving_fact(before, "n_files"));
    leaving_pen_text(&pen, "places", span_text(dir));
    return leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
}

/* ---- everything else ---- */

/* Directories that may lie outside the data directory. */
static void places_of(struct leave *leave, const char *places_out[PLACES_CAP])
{
    places_out[0] = leave_dir(leave, "files.dir", "files");
    places_out[1] = backup_dir(leave->cli);
    places_out[2] = conf_text(leave->cli->conf, "node.run_dir");
    places_out[3] = NULL;
}

static enum err each_place(struct leave *leave, bool is_count, struct leaving_count *count,
                           struct fail *why)
{
    const char *places[PLACES_CAP];
    const char *log = conf_text(leave->cli->conf, "audit.checkpoint_path");
    enum err rc = ERR_OK;

    places_of(leave, places);
    for (int i = 0; places[i] != NULL && rc == ERR_OK; i++)
        rc = is_count ? leaving_count_tree(places[i], false, none, count, why)
                      : leaving_wipe_tree(places[i], true, false, none, count, why);
    leave_fault(leave, "half");
    if (rc == ERR_OK)
        rc = is_count ? leaving_count_tree(leave->data_dir, true, kept, count, why)
                      : leaving_wipe_tree(leave->data_dir, true, true, kept, count, why);
    if (rc == ERR_OK && !is_count && log[0] != '\0') {
        static const char *const beside[] = {"", ".head", ".key"};

        for (int i = 0; i < 3 && rc == ERR_OK; i++) {
            const char *path = arena_printf(leave->cli->arena, "%s%s", log, beside[i]);

            rc = path == NULL ? fail_set(why, ERR_NOMEM, "a path")
                              : leaving_wipe_file(path, count, why);
        }
    }
    return rc;
}

static enum err plan_volume(struct leave *leave, struct span *facts_out, struct fail *why)
{
    struct leaving_count count = {0, 0};
    enum err rc = each_place(leave, true, &count, why);

    return rc == ERR_OK ? write_count(leave, &count, facts_out, why) : rc;
}

enum err leave_volume(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                      struct fail *why)
{
    enum leaving_method method = LEAVING_SHARED;
    struct leaving_count count = {0, 0};
    struct leaving_volume volume;
    struct leaving_facts_pen pen;
    struct span before;
    enum err rc = leave_plan(leave, "volume.plan", plan_volume, &before, why);

    (void)is_waiting_out;
    if (rc == ERR_OK)
        rc = each_place(leave, false, &count, why);
    if (rc == ERR_OK)
        rc = leaving_volume_look(leave->data_dir, &volume, why);
    if (rc == ERR_OK)
        rc = leaving_volume_clear(leave->data_dir, &volume, leave_path(leave, "filler"),
                                  &method, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    leaving_pen_raw(&pen, "is_own", span_text(volume.is_own ? "true" : "false"));
    leaving_pen_text(&pen, "kept", SPAN("leaving, node.conf"));
    leaving_pen_text(&pen, "method", span_text(leaving_method_id(method)));
    leaving_pen_raw(&pen, "n_bytes", leaving_fact(before, "n_bytes"));
    leaving_pen_raw(&pen, "n_files", leaving_fact(before, "n_files"));
    leaving_pen_text(&pen, "warnings",
                     span_text(volume.is_own ? "" : "free-blocks-of-a-shared-volume-left"));
    return leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
}
