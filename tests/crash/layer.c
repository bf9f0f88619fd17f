/* A library for LD_PRELOAD between a program and the files of one folder.

   It counts every call that changes a file there, and from call ``first`` to call ``last`` it fails
   with an errno, or kills the process. Calls that succeed are appended to a log, with their data:
   a line of fields separated by tabs, then as many bytes of data as its last field says. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define KILL (-1)   /* in place of an errno */
#define PATHS (2 * PATH_MAX)

static char folder[PATH_MAX];
static size_t folder_length; /* 0: nothing is watched */
static int log_fd = -1, fault;
static long count, first, last, hits;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* ---- what the tests call ---------------------------------------------------------------------- */

void crash_arm(const char *where, const char *log, long from, long to, int error) {
    count = hits = 0;
    first = from, last = to, fault = error;
    log_fd = -1;
    if (log && *log)
        log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    snprintf(folder, sizeof folder, "%s", where);
    folder_length = strlen(folder);
}

long crash_disarm(void) { folder_length = 0; return count; }

long crash_hits(void) { return hits; }

__attribute__((constructor)) static void from_environment(void) {
    const char *where = getenv("CRASH_FOLDER");
    if (where)
        crash_arm(where, getenv("CRASH_LOG"), 0, 0, 0);
}

/* ---- paths ------------------------------------------------------------------------------------ */

static int is_inside(const char *path) {
    return folder_length && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || !path[folder_length]);
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0;
}

/* Whether the name is inside the folder; ``path`` is then its absolute path. */
static int resolve(int dir, const char *name, char *path) {
    if (!folder_length || !name)
        return 0;
    if (name[0] == '/') {
        snprintf(path, PATHS, "%s", name);
    } else {
        if (dir == AT_FDCWD ? !getcwd(path, PATH_MAX) : !path_of(dir, path))
            return 0;
        size_t length = strlen(path);
        snprintf(path + length, PATHS - length, "/%s", name);
    }
    return is_inside(path);
}

static int is_watched(int fd) {
    char path[PATHS];
    return folder_length && path_of(fd, path) && is_inside(path);
}

static unsigned long inode(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : (unsigned long)found.st_ino;
}

/* ---- faults and the log ------------------------------------------------------------------------ */

static void begin(void) {
    pthread_mutex_lock(&one_at_a_time);
    if (log_fd >= 0)
        flock(log_fd, LOCK_EX);
}

static void end(void) {
    int kept = errno;
    if (log_fd >= 0)
        flock(log_fd, LOCK_UN);
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
}

/* Whether this call fails; ``needs_room``: a full disk refuses it. */
static int fails(int needs_room) {
    count++;
    if (!first || count < first || count > last || (fault == ENOSPC && !needs_room))
        return 0;
    hits++;
    if (fault == KILL)
        kill(getpid(), SIGKILL);
    errno = fault;
    return 1;
}

static void note(const char *op, unsigned long ino, long a, const char *one, const char *two,
                 const void *data, size_t size) {
    if (log_fd < 0)
        return;
    char line[2 * PATHS + 128];
    int length = snprintf(line, sizeof line, "%s\t%lu\t%ld\t%s\t%s\t%zu\n", op, ino, a,
                          one ? one : "", two ? two : "", size);
    struct iovec parts[2] = {{line, (size_t)length}, {(void *)data, size}};
    if (REAL(writev)(log_fd, parts, size ? 2 : 1) < 0)
        abort();
}

/* ---- calls on open files ------------------------------------------------------------------------ */

static ssize_t written(int fd, ssize_t size, const void *data, off_t at) {
    if (size > 0)
        note("write", inode(fd), at < 0 ? lseek(fd, 0, SEEK_CUR) - size : at, 0, 0, data, size);
    return size;
}

#define ON_FD(call, needs_room, log_it)                                                           \
    if (!is_watched(fd))                                                                          \
        return call;                                                                              \
    begin();                                                                                      \
    __typeof__(call) result = -1;                                                                 \
    if (!fails(needs_room)) {                                                                     \
        result = call;                                                                            \
        if (result >= 0)                                                                          \
            log_it;                                                                               \
    }                                                                                             \
    end();                                                                                        \
    return result

ssize_t write(int fd, const void *data, size_t size) {
    ON_FD(REAL(write)(fd, data, size), 1, written(fd, result, data, -1));
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    ON_FD(REAL(pwrite)(fd, data, size, at), 1, written(fd, result, data, at));
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
    return pwrite(fd, data, size, at);
}
int ftruncate(int fd, off_t size) {
    ON_FD(REAL(ftruncate)(fd, size), 0, note("truncate", inode(fd), size, 0, 0, 0, 0));
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }
int fsync(int fd) { ON_FD(REAL(fsync)(fd), 1, note("sync", inode(fd), 0, 0, 0, 0, 0)); }
int fdatasync(int fd) { ON_FD(REAL(fdatasync)(fd), 1, note("sync", inode(fd), 0, 0, 0, 0, 0)); }

static int allocated(int fd, off_t at, off_t size) {
    if (REAL(posix_fallocate)(fd, at, size))
        return -1;
    note("extend", inode(fd), at + size, 0, 0, 0, 0);
    return 0;
}
int posix_fallocate(int fd, off_t at, off_t size) {
    if (!is_watched(fd))
        return REAL(posix_fallocate)(fd, at, size);
    begin();
    int result = fails(1) ? errno : allocated(fd, at, size) ? ENOSPC : 0;
    end();
    return result;
}
int posix_fallocate64(int fd, off_t at, off_t size) { return posix_fallocate(fd, at, size); }

/* Programs that lack these fall back to write(). */
ssize_t sendfile(int out, int in, off_t *at, size_t size) {
    if (folder_length) {
        errno = ENOSYS;
        return -1;
    }
    return ((ssize_t(*)(int, int, off_t *, size_t))real("sendfile"))(out, in, at, size);
}
ssize_t sendfile64(int out, int in, off_t *at, size_t size) { return sendfile(out, in, at, size); }
ssize_t copy_file_range(int in, off_t *from, int out, off_t *to, size_t size, unsigned flags) {
    if (folder_length) {
        errno = ENOSYS;
        return -1;
    }
    return REAL(copy_file_range)(in, from, out, to, size, flags);
}

/* ---- calls on names ----------------------------------------------------------------------------- */

static int opened(int dir, const char *name, int flags, mode_t mode) {
    char path[PATHS];
    struct stat found;
    if (!(flags & (O_CREAT | O_TRUNC)) || !resolve(dir, name, path))
        return REAL(openat)(dir, name, flags, mode);
    begin();
    int is_new = lstat(path, &found) != 0, result = -1;
    if (is_new || (flags & O_TRUNC) ? !fails(is_new) : 1) {
        result = REAL(openat)(dir, name, flags, mode);
        if (result >= 0 && is_new)
            note("create", inode(result), 0, path, 0, 0, 0);
        else if (result >= 0 && flags & O_TRUNC)
            note("truncate", inode(result), 0, 0, 0, 0, 0);
    }
    end();
    return result;
}

#define MODE                                                                                      \
    mode_t mode = 0;                                                                              \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                                        \
        va_list more;                                                                             \
        va_start(more, flags);                                                                    \
        mode = va_arg(more, mode_t);                                                              \
        va_end(more);                                                                             \
    }

int open(const char *name, int flags, ...) { MODE return opened(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE return opened(AT_FDCWD, name, flags, mode); }
int openat(int dir, const char *name, int flags, ...) { MODE return opened(dir, name, flags, mode); }
int openat64(int dir, const char *name, int flags, ...) { MODE return opened(dir, name, flags, mode); }

int truncate(const char *name, off_t size) {
    int fd = REAL(open)(name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = ftruncate(fd, size);
    close(fd);
    return result;
}
int truncate64(const char *name, off_t size) { return truncate(name, size); }

#define ON_NAME(dir, name, call, needs_room, op)                                                  \
    char path[PATHS];                                                                             \
    if (!resolve(dir, name, path))                                                                \
        return call;                                                                              \
    begin();                                                                                      \
    int result = fails(needs_room) ? -1 : call;                                                   \
    struct stat found;                                                                            \
    if (result >= 0)                                                                              \
        note(op, lstat(path, &found) ? 0 : found.st_ino, 0, path, 0, 0, 0);                       \
    end();                                                                                        \
    return result

int mkdirat(int dir, const char *name, mode_t mode) {
    ON_NAME(dir, name, REAL(mkdirat)(dir, name, mode), 1, "mkdir");
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }
int unlinkat(int dir, const char *name, int flags) {
    ON_NAME(dir, name, REAL(unlinkat)(dir, name, flags), 0, "remove");
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

#define ON_TWO(call, op)                                                                          \
    char one[PATHS], two[PATHS];                                                                  \
    int inside = resolve(from_dir, from, one);                                                    \
    if (!(resolve(to_dir, to, two) | inside))                                                     \
        return call;                                                                              \
    begin();                                                                                      \
    int result = fails(1) ? -1 : call;                                                            \
    if (result >= 0)                                                                              \
        note(op, 0, 0, one, two, 0, 0);                                                           \
    end();                                                                                        \
    return result

int renameat(int from_dir, const char *from, int to_dir, const char *to) {
    ON_TWO(REAL(renameat)(from_dir, from, to_dir, to), "rename");
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    ON_TWO(REAL(linkat)(from_dir, from, to_dir, to, flags), "link");
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
