/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/errno_name.h"

/*
 * What starting a process can answer, and what a server may say of itself; one
 * name a number.
 */
#define NAMES(X)         \
	X(EPERM)         \
	X(ENOENT)        \
	X(ESRCH)         \
	X(EINTR)         \
	X(EIO)           \
	X(ENXIO)         \
	X(E2BIG)         \
	X(ENOEXEC)       \
	X(EBADF)         \
	X(ECHILD)        \
	X(EAGAIN)        \
	X(ENOMEM)        \
	X(EACCES)        \
	X(EFAULT)        \
	X(EBUSY)         \
	X(EEXIST)        \
	X(ENODEV)        \
	X(ENOTDIR)       \
	X(EISDIR)        \
	X(EINVAL)        \
	X(ENFILE)        \
	X(EMFILE)        \
	X(ENOTTY)        \
	X(ETXTBSY)       \
	X(EFBIG)         \
	X(ENOSPC)        \
	X(EROFS)         \
	X(EPIPE)         \
	X(ENAMETOOLONG)  \
	X(ENOSYS)        \
	X(ELOOP)         \
	X(ELIBBAD)       \
	X(ELIBACC)       \
	X(EUSERS)        \
	X(ENOTSUP)       \
	X(EXDEV)         \
	X(ESPIPE)        \
	X(ERANGE)        \
	X(EDEADLK)       \
	X(ENOLCK)        \
	X(ENOTEMPTY)     \
	X(EOVERFLOW)     \
	X(EPROTO)        \
	X(EADDRINUSE)    \
	X(EADDRNOTAVAIL) \
	X(EAFNOSUPPORT)  \
	X(ENETDOWN)      \
	X(ENETUNREACH)   \
	X(EHOSTUNREACH)  \
	X(ECONNREFUSED)  \
	X(ECONNRESET)    \
	X(ECONNABORTED)  \
	X(ENOTCONN)      \
	X(ENOBUFS)       \
	X(EALREADY)      \
	X(ECANCELED)     \
	X(ETIMEDOUT)     \
	X(ESTALE)        \
	X(EDQUOT)

/* Its name stands for all that have none. */
#define UNKNOWN "EUNKNOWN"

static const struct {
	int number;
	const char *name;
} names[] = {
#define NAME(number) { number, #number },
	NAMES(NAME)
#undef NAME
};
#define NNAMES (sizeof(names) / sizeof(names[0]))

const char *
errno_name(int error)
{
	for (size_t i = 0; i < NNAMES; i++)
		if (names[i].number == error)
			return names[i].name;
	return UNKNOWN;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strncmp(text, word, len) == 0 && word[len] == '\0';
}

bool
errno_is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < NNAMES; i++)
		if (is_word(text, len, names[i].name))
			return true;
	return is_word(text, len, UNKNOWN);
}
