/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stddef.h>

#include "base/errno_name.h"

/* What starting a process can answer; one name a number. */
#define NAMES(X)        \
	X(EPERM)        \
	X(ENOENT)       \
	X(ESRCH)        \
	X(EINTR)        \
	X(EIO)          \
	X(ENXIO)        \
	X(E2BIG)        \
	X(ENOEXEC)      \
	X(EBADF)        \
	X(ECHILD)       \
	X(EAGAIN)       \
	X(ENOMEM)       \
	X(EACCES)       \
	X(EFAULT)       \
	X(EBUSY)        \
	X(EEXIST)       \
	X(ENODEV)       \
	X(ENOTDIR)      \
	X(EISDIR)       \
	X(EINVAL)       \
	X(ENFILE)       \
	X(EMFILE)       \
	X(ENOTTY)       \
	X(ETXTBSY)      \
	X(EFBIG)        \
	X(ENOSPC)       \
	X(EROFS)        \
	X(EPIPE)        \
	X(ENAMETOOLONG) \
	X(ENOSYS)       \
	X(ELOOP)        \
	X(ELIBBAD)      \
	X(ELIBACC)      \
	X(EUSERS)       \
	X(ENOTSUP)      \
	X(EADDRINUSE)   \
	X(ETIMEDOUT)    \
	X(ESTALE)       \
	X(EDQUOT)

const char *
errno_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
#define NAME(number) { number, #number },
		NAMES(NAME)
#undef NAME
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == error)
			return names[i].name;
	return "EUNKNOWN";
}
