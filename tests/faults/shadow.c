// A power cut: after each successful fsync or fdatasync of a file below GATEWAY_SHADOW_OF, its bytes are copied to the
// folder GATEWAY_SHADOW. What is there is what a disk is bound to have; all else was only on its way.
// The folders below must be there already. A folder's own fsync, which makes names last, is not modelled: a name is
// there with its first bytes, and gone or another as soon as it is removed or renamed.
// With GATEWAY_SHADOW_NORMAL, SQLite is told `synchronous = NORMAL` wherever the gateway says FULL.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// It reads through SQLite's own descriptor: closing another one of the same file would end all locks of the process.
static int copied(int file, const char *to) {
    char *next, bytes[1 << 16];
    ssize_t count = 0;
    off_t at = 0;
    if (asprintf(&next, "%s.%d.next", to, gettid()) < 0) return 0;
    int out = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int whole = out >= 0;
    for (; whole && (count = pread(file, bytes, sizeof bytes, at)) > 0; at += count)
        whole = write(out, bytes, count) == count;
    if (out >= 0) close(out);
    whole = whole && count == 0 && rename(next, to) == 0;
    free(next);
    return whole;
}

// Where the copy of `path` is, to be freed; NULL where it has none. A server's paths start in its own folder.
static char *copy_of(const char *path) {
    const char *of = getenv("GATEWAY_SHADOW_OF"), *shadow = getenv("GATEWAY_SHADOW");
    char whole[2 * PATH_MAX] = "", *copy;
    if (!of || !shadow) return NULL;
    if (path[0] != '/' && getcwd(whole, PATH_MAX)) strcat(whole, "/");
    strncat(whole, path, PATH_MAX - 1);
    if (strncmp(whole, of, strlen(of)) || whole[strlen(of)] != '/') return NULL;
    if (asprintf(&copy, "%s%s", shadow, whole + strlen(of)) < 0) abort();
    return copy;
}

static int shadowed(int file) {
    char link[64], path[PATH_MAX], *to;
    struct stat found;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0 || fstat(file, &found) || !S_ISREG(found.st_mode)) return 0;
    path[length] = 0;
    if (!(to = copy_of(path))) return 0;
    // The copy is the test's, not the gateway's: were it lost in silence, so would be the proof.
    if (!copied(file, to)) abort();
    free(to);
    return 0;
}

int fsync(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return real(file) ? -1 : shadowed(file);
}

int fdatasync(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return real(file) ? -1 : shadowed(file);
}

int sqlite3_prepare_v2(void *db, const char *sql, int size, void **statement, const char **rest) {
    // Python opens it for itself alone: it is not among the libraries that RTLD_NEXT searches.
    int (*real)(void *, const char *, int, void **, const char **) =
        dlsym(dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_NOLOAD), "sqlite3_prepare_v2");
    if (getenv("GATEWAY_SHADOW_NORMAL") && !strcmp(sql, "PRAGMA synchronous = FULL")) {
        static const char normal[] = "PRAGMA synchronous = NORMAL";
        int failed = real(db, normal, -1, statement, NULL);
        if (rest) *rest = sql + strlen(sql);
        return failed;
    }
    return real(db, sql, size, statement, rest);
}

int unlink(const char *path) {
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
    int failed = real(path);
    char *copy = failed ? NULL : copy_of(path);
    if (copy) real(copy);
    free(copy);
    return failed;
}

int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    int failed = real(from, to);
    char *here = failed ? NULL : copy_of(from), *there = failed ? NULL : copy_of(to);
    if (here && there) real(here, there);
    free(here);
    free(there);
    return failed;
}
