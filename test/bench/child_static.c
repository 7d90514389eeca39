/* SPDX-License-Identifier: ISC */
/*
 * The supervised program of the benchmark: takes the time, reports it, and
 * waits for a signal for ever.
 *
 * It is linked without the C library's start-up code. That code, linked
 * statically, runs CPUID often enough to take 0.4 ms on a virtual machine,
 * four times what the kernel needs for spawn and execve together, and would
 * hide every difference between supervisors.
 */
#include <sys/syscall.h>

#include <fcntl.h>
#include <stddef.h>
#include <time.h>

#include "bench_wire.h"

#if defined(__x86_64__)

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov (%rsp), %rdi\n"
	"	lea 8(%rsp), %rsi\n"
	"	and $-16, %rsp\n"
	"	call main\n"
	"	hlt\n");

static long
kernel(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	ldr x0, [sp]\n"
	"	add x1, sp, #8\n"
	"	bl main\n"
	"	brk #1\n");

static long
kernel(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
			 : "memory");
	return x0;
}

#else
#error "the benchmark's child knows x86_64 and aarch64 only"
#endif

/* The value of `name` in `env`, or NULL. */
static const char *
find_env(char **env, const char *name)
{
	for (; *env != NULL; env++) {
		size_t i = 0;

		while (name[i] != '\0' && (*env)[i] == name[i])
			i++;
		if (name[i] == '\0' && (*env)[i] == '=')
			return *env + i + 1;
	}
	return NULL;
}

/* No stack protector: its canary lives in the storage that libc sets up. */
__attribute__((no_stack_protector)) int
main(int argc, char **argv)
{
	struct timespec now = { 0, 0 };
	struct bench_record record = { 0, 0, 0 };
	const char *fifo;
	long fd;

	(void)kernel(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
	record.at_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	record.pid = (int32_t)kernel(SYS_getpid, 0, 0, 0, 0);

	fifo = find_env(argv + argc + 1, BENCH_FIFO_ENV);
	if (fifo != NULL) {
		/* O_RDWR, or open would wait for a reader that has gone. */
		fd = kernel(SYS_openat, AT_FDCWD, (long)fifo,
		    O_RDWR | O_CLOEXEC, 0);
		if (fd >= 0)
			(void)kernel(SYS_write, fd, (long)&record,
			    (long)sizeof(record), 0);
	}
	for (;;)
		(void)kernel(SYS_ppoll, 0, 0, 0, 0);
}
