#include "node/server/assets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "node/base/log.h"
#include "node/server/call.h"

#define DEPTH_MAX  6
#define PATH_CAP   512
#define ETAG_CAP   40
#define HASH_CHARS 8
#define FOR_EVER   "public, max-age=31536000, immutable"

struct asset {
    char path[PATH_CAP]; /* "/app-AB12CD34.js" */
    uint8_t *bytes;
    size_t len;
    const char *type;
    const struct asset *gz; /* the same, compressed */
    char etag[ETAG_CAP];
    bool is_hashed;
};

struct assets {
    struct asset **at; /* by path */
    int n;
    size_t n_bytes;
    const struct asset *index;
};

static const char not_built[] =
    "<!doctype html><html lang=\"ja\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
    "<title>いばしょ</title></head><body><main><h1>いばしょ</h1>"
    "<p>サーバーは動いています。画面（クライアント）がまだ作られていません。</p>"
    "<p>管理者の方へ：<code>make web</code> を実行し、ノードを起動し直してください。</p>"
    "</main></body></html>\n";

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
};

static bool ends_with(const char *s, const char *ending)
{
    size_t len = strlen(s), ending_len = strlen(ending);

    return len >= ending_len && strcmp(s + len - ending_len, ending) == 0;
}

static const char *type_of(const char *path)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ends_with(path, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

/* "-AB12CD34." before the last ending: what the bundler writes. */
static bool is_hashed_name(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot == NULL || dot - path < HASH_CHARS + 2 || dot[-HASH_CHARS - 1] != '-')
        return false;
    for (int i = 1; i <= HASH_CHARS; i++)
        if (!(dot[-i] >= 'A' && dot[-i] <= 'Z') && !(dot[-i] >= '0' && dot[-i] <= '9'))
            return false;
    return true;
}

static void make_etag(struct asset *asset)
{
    uint8_t hash[EVP_MAX_MD_SIZE] = {0};

    invariant(EVP_Digest(asset->bytes, asset->len, hash, NULL, EVP_sha256(), NULL) == 1,
              "SHA-256 failed");
    asset->etag[0] = '"';
    memcpy(hex_write(hash, 16, asset->etag + 1), "\"", 2);
}

static enum err read_all(int fd, struct asset *asset, size_t len, struct fail *why)
{
    asset->bytes = malloc(len + 1);
    if (asset->bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", asset->path);
    while (asset->len < len) {
        ssize_t n = read(fd, asset->bytes + asset->len, len - asset->len);

        if (n <= 0)
            return fail_set(why, ERR_IO, "%s: %s", asset->path,
                            n < 0 ? strerror(errno) : "cut");
        asset->len += (size_t)n;
    }
    return ERR_OK;
}

static enum err add_file(struct assets *assets, int fd, const char *path, size_t len,
                         struct fail *why)
{
    struct asset *asset;
    enum err rc;

    if (assets->n == ASSETS_MAX_FILES || len > ASSETS_MAX_BYTES - assets->n_bytes)
        return fail_set(why, ERR_TOO_LARGE, "web.dir: %d files, %zu bytes", assets->n,
                        assets->n_bytes + len);
    asset = calloc(1, sizeof *asset);
    if (asset == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    snprintf(asset->path, sizeof asset->path, "%s", path);
    rc = read_all(fd, asset, len, why);
    if (rc != ERR_OK) {
        free(asset->bytes);
        free(asset);
        return rc;
    }
    asset->type = type_of(path);
    asset->is_hashed = is_hashed_name(path);
    make_etag(asset);
    assets->at[assets->n++] = asset;
    assets->n_bytes += len;
    return ERR_OK;
}

static enum err add_directory(struct assets *assets, int dir_fd, const char *path, int depth,
                              struct fail *why);

static enum err add_entry(struct assets *assets, int dir_fd, const char *path, const char *name,
                          int depth, struct fail *why)
{
    char full[PATH_CAP];
    struct stat st;
    enum err rc = ERR_OK;
    int n = snprintf(full, sizeof full, "%s/%s", path, name), fd;

    if (name[0] == '.' || n >= (int)sizeof full || depth > DEPTH_MAX)
        return ERR_OK;
    fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ELOOP ? ERR_OK : fail_set(why, ERR_IO, "%s: %s", full, strerror(errno));
    if (fstat(fd, &st) != 0)
        rc = fail_set(why, ERR_IO, "%s: %s", full, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        return add_directory(assets, fd, full, depth + 1, why);
    else if (S_ISREG(st.st_mode))
        rc = add_file(assets, fd, full, (size_t)st.st_size, why);
    close(fd);
    return rc;
}

/* Takes dir_fd. */
static enum err add_directory(struct assets *assets, int dir_fd, const char *path, int depth,
                              struct fail *why)
{
    DIR *dir = fdopendir(dir_fd);
    struct dirent *entry;
    enum err rc = ERR_OK;

    if (dir == NULL) {
        close(dir_fd);
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    }
    while (rc == ERR_OK && (entry = readdir(dir)) != NULL)
        rc = add_entry(assets, dir_fd, path, entry->d_name, depth, why);
    closedir(dir);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct asset *const *)a)->path, (*(struct asset *const *)b)->path);
}

static struct asset *find(const struct assets *assets, const char *path)
{
    int low = 0, high = assets->n;

    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(assets->at[middle]->path, path);

        if (order == 0)
            return assets->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void tie_compressed(struct assets *assets)
{
    for (int i = 0; i < assets->n; i++) {
        char name[PATH_CAP];
        int n = snprintf(name, sizeof name, "%.*s.gz", PATH_CAP - 4, assets->at[i]->path);

        if (n > 0)
            assets->at[i]->gz = find(assets, name);
    }
    assets->index = find(assets, "/index.html");
}

static enum err fill(struct assets *assets, const char *dir, struct fail *why)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err rc = ERR_OK;

    if (fd >= 0)
        rc = add_directory(assets, fd, "", 0, why);
    else if (errno != ENOENT)
        rc = fail_set(why, ERR_IO, "%s: %s", dir, strerror(errno));
    if (rc != ERR_OK)
        return rc;
    qsort(assets->at, (size_t)assets->n, sizeof(struct asset *), by_path);
    tie_compressed(assets);
    if (assets->index == NULL)
        log_warn("http.client-not-built", L_TEXT("dir", dir));
    return ERR_OK;
}

enum err assets_open(const char *dir, struct assets **assets_out, struct fail *why)
{
    struct assets *assets = calloc(1, sizeof *assets);
    enum err rc;

    *assets_out = NULL;
    if (assets == NULL)
        return fail_set(why, ERR_NOMEM, "assets");
    assets->at = calloc(ASSETS_MAX_FILES, sizeof(struct asset *));
    rc = assets->at == NULL ? fail_set(why, ERR_NOMEM, "assets") : fill(assets, dir, why);
    if (rc != ERR_OK)
        assets_close(&assets);
    *assets_out = assets;
    return rc;
}

void assets_close(struct assets **assets)
{
    struct assets *a = *assets;

    if (a == NULL)
        return;
    for (int i = 0; i < a->n; i++) {
        free(a->at[i]->bytes);
        free(a->at[i]);
    }
    free(a->at);
    free(a);
    *assets = NULL;
}

int assets_n(const struct assets *assets)
{
    return assets->n;
}

static bool is_page_name(const struct path *path)
{
    struct span last;

    if (path->n_segments == 0)
        return true;
    last = path->segments[path->n_segments - 1];
    return memchr(last.p, '.', last.len) == NULL;
}

static const struct asset *choose(const struct assets *assets, const struct path *path)
{
    char name[PATH_CAP];
    const struct asset *asset = NULL;

    if (path->text.len < sizeof name) {
        memcpy(name, path->text.p, path->text.len);
        name[path->text.len] = '\0';
        asset = find(assets, name);
    }
    if (asset != NULL && ends_with(asset->path, ".gz"))
        return NULL; /* only as what it is the compressed form of */
    return asset == NULL && is_page_name(path) ? assets->index : asset;
}

bool assets_serve(const struct assets *assets, struct call *call)
{
    const struct asset *asset = choose(assets, &call->path);
    struct req *req = &call->req;

    if (asset == NULL) {
        req->reply.status = 503;
        req->reply.type = "text/html; charset=utf-8";
        req->reply.body = span_of(not_built, sizeof not_built - 1);
        return assets->index == NULL && is_page_name(&call->path);
    }
    req->reply.status = 200;
    req->reply.type = asset->type;
    reply_header(req, "Cache-Control", asset->is_hashed ? FOR_EVER : "no-cache");
    if (asset->gz != NULL) {
        reply_header(req, "Vary", "Accept-Encoding");
        if (accepts_gzip(call->head.accept_encoding)) {
            reply_header(req, "Content-Encoding", "gzip");
            asset = asset->gz;
        }
    }
    reply_header(req, "ETag", asset->etag);
    req->reply.body = span_of(asset->bytes, asset->len);
    if (call->head.if_none_match.len > 0 &&
        span_eq(call->head.if_none_match, span_text(asset->etag))) {
        req->reply.status = 304;
        req->reply.body = SPAN_NONE;
    }
    return true;
}
