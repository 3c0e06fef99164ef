/* A node's directory is its own user's alone: owner, mode, no links out of it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/db/identity.h"
#include "tests/t.h"

static char data[128];

static const char *in_data(const char *name)
{
    static char path[192];

    snprintf(path, sizeof path, "%s/%s", data, name);
    return path;
}

static void data_make(const char *name)
{
    snprintf(data, sizeof data, "%s/%s", t_dir(), name);
    T_EQ(mkdir(data, 0710), 0, "data directory");
    T_EQ(mkdir(in_data("keys"), 0700), 0, "keys");
    T_EQ(mkdir(in_data("cluster"), 0700), 0, "cluster");
}

static void refuses(const char *what, const char *part)
{
    struct fail why = {0};

    T_EQ(identity_check_files(data, &why), ERR_DENIED, what);
    T_OK(strstr(why.text, part) != NULL, "the text names the path");
}

T_CASE(identity_files_of_ones_own_are_good)
{
    data_make("identity-own");
    T_EQ(identity_check_files(data, NULL), ERR_OK, "a part that is not there yet is no defect");
    T_EQ(mkdir(in_data("files"), 0700), 0, "files");
    T_EQ(identity_check_files(data, NULL), ERR_OK, "nor one that is");
}

T_CASE(identity_files_that_others_may_write_are_refused)
{
    data_make("identity-writable");
    T_EQ(chmod(in_data("keys"), 0770), 0, "chmod");
    refuses("written by the group", "keys");
    T_EQ(chmod(in_data("keys"), 0702), 0, "chmod");
    refuses("written by anybody", "keys");
    T_EQ(chmod(in_data("keys"), 0700), 0, "chmod");
    T_EQ(chmod(data, 0720), 0, "chmod");
    refuses("the directory itself", "identity-writable");
}

T_CASE(identity_files_that_lead_elsewhere_are_refused)
{
    data_make("identity-link");
    T_EQ(rmdir(in_data("keys")), 0, "rmdir");
    T_EQ(symlink("/tmp", in_data("keys")), 0, "a link in its place");
    refuses("a link", "keys");
    T_EQ(unlink(in_data("keys")), 0, "unlink");
    T_EQ(mknod(in_data("keys"), S_IFREG | 0600, 0), 0, "a file in its place");
    refuses("a file", "keys");
}

T_CASE(identity_files_of_another_user_are_refused)
{
    if (geteuid() != 0) {
        T_OK(false, "this case needs root, as `make test` does");
        return;
    }
    data_make("identity-foreign");
    T_EQ(chown(in_data("cluster"), 65534, 65534), 0, "chown");
    refuses("another's cluster", "cluster");
    T_EQ(chown(in_data("cluster"), 0, 0), 0, "chown");
    T_EQ(chown(data, 65534, 65534), 0, "chown");
    refuses("another's directory", "identity-foreign");
}

T_CASE(identity_files_that_are_missing_are_said)
{
    struct fail why = {0};

    T_EQ(identity_check_files("/nonexistent/node", &why), ERR_IO, "no directory");
    T_OK(strstr(why.text, "/nonexistent/node") != NULL, "its path");
}
